import { describe, expect, it } from "vitest";
import { parcelsOf } from "../src/folders";
import { zipped } from "../src/zip";

const file = (path: string, content = path) => ({ path, file: new File([content], path.split("/").at(-1)!) });
const bytesOf = async (blob: Blob) => new DataView(await blob.arrayBuffer());

describe("a zip file", () => {
  it("holds files as they are, with where they begin", async () => {
    const entries = [file("a/é.png", "123456789"), file("a/none.txt", ""), file("b/c", "x".repeat(70000))];
    const bytes = await bytesOf(await zipped(entries));
    const end = bytes.byteLength - 22 - 20 - 56;
    expect(bytes.getUint32(end, true)).toBe(0x06064b50);
    expect(bytes.getBigUint64(end + 32, true)).toBe(3n);
    expect(bytes.getBigUint64(bytes.byteLength - 22 - 20 + 8, true)).toBe(BigInt(end));
    let at = Number(bytes.getBigUint64(end + 48, true));
    for (const [k, { path, file }] of entries.entries()) {
      const [length, extra] = [bytes.getUint16(at + 28, true), bytes.getUint16(at + 30, true)];
      const name = new Uint8Array(bytes.buffer, at + 46, length);
      expect(new TextDecoder().decode(name)).toBe(path);
      expect(bytes.getUint32(at + 16, true)).toBe([0xcbf43926, 0, 0xc5614828][k]);
      const begins = Number(bytes.getBigUint64(at + 46 + length + 20, true)) + 30 + length + 20;
      const content = new Uint8Array(bytes.buffer, begins, file.size);
      expect(new TextDecoder().decode(content)).toBe(await file.text());
      at += 46 + length + extra;
    }
    expect(at).toBe(end);
  });
});

describe("a folder", () => {
  const names = async (...paths: string[]) =>
    Promise.all(
      parcelsOf(
        "trip",
        paths.map((path) => file(path)),
      ).map(async (parcel) => (await parcel()).name),
    );

  it("of videos is sent one by one, without what systems leave in it", async () => {
    const left = ["trip/.DS_Store", "trip/Thumbs.db", "trip/__MACOSX/a.mp4", "trip/.trash/b.mp4"];
    expect(await names("trip/a.MP4", "trip/day 2/b.mov", ...left)).toEqual(["a.MP4", "b.mov"]);
  });
  it("of anything else is one zip file", async () => {
    expect(await names("trip/1.jpg", "trip/2.jpg")).toEqual(["trip.zip"]);
    expect(await names("trip/a.mp4", "trip/points.json")).toEqual(["trip.zip"]);
  });
  it("with nothing in it says so", () => {
    expect(() => parcelsOf("trip", [file("trip/.DS_Store")])).toThrow("trip: there is nothing in this folder.");
  });
});
