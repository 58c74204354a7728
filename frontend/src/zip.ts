/** A zip file of files as they are: pictures and videos would not get smaller. Of any size, and never held in memory. */

export interface Entry {
  path: string;
  file: Blob;
}

type Bytes = Uint8Array<ArrayBuffer>;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
  return rest;
});
const MANY = 0xffffffff; // stands for a number that is given with 64 bits elsewhere
const VERSION = 45; // the first that knows those
const UTF8 = 0x0800;
const NEW_YEAR_1980 = 0x21;

export async function zipped(entries: readonly Entry[]): Promise<Blob> {
  const parts: BlobPart[] = [];
  const directory: Bytes[] = [];
  let offset = 0;
  for (const { path, file } of entries) {
    const name = new TextEncoder().encode(path);
    const said = joined(u16(VERSION, UTF8, 0, 0, NEW_YEAR_1980), u32(await crcOf(file), MANY, MANY), u16(name.length));
    const sizes = u64(file.size, file.size); // packed, and as it is
    const head = joined(u32(0x04034b50), said, u16(20), name, u16(1, 16), sizes);
    parts.push(head, file);
    directory.push(u32(0x02014b50), u16(VERSION), said, u16(28, 0, 0, 0), u32(0, MANY));
    directory.push(name, u16(1, 24), sizes, u64(offset));
    offset += head.length + file.size;
  }
  const listed = joined(...directory);
  const counts = u64(entries.length, entries.length, listed.length, offset);
  const end = joined(u32(0x06064b50), u64(44), u16(VERSION, VERSION), u32(0, 0), counts);
  const pointer = joined(u32(0x07064b50, 0), u64(offset + listed.length), u32(1));
  const last = joined(u32(0x06054b50), u16(0, 0, 0xffff, 0xffff), u32(MANY, MANY), u16(0));
  return new Blob([...parts, listed, end, pointer, last]);
}

/** Numbers of so many bytes, the lowest byte first. */
const u16 = (...values: number[]): Bytes => written(values, 2, (view, at, value) => view.setUint16(at, value, true));
const u32 = (...values: number[]): Bytes => written(values, 4, (view, at, value) => view.setUint32(at, value, true));
const u64 = (...values: number[]): Bytes =>
  written(values, 8, (view, at, value) => view.setBigUint64(at, BigInt(value), true));

function written(values: number[], bytes: number, put: (view: DataView, at: number, value: number) => void): Bytes {
  const view = new DataView(new ArrayBuffer(bytes * values.length));
  values.forEach((value, k) => put(view, bytes * k, value));
  return new Uint8Array(view.buffer);
}

function joined(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function crcOf(file: Blob): Promise<number> {
  let crc = MANY;
  const reader = file.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read())
    for (const byte of read.value) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return (crc ^ MANY) >>> 0;
}
