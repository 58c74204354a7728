/** Masks as COCO's compressed run lengths: runs go down the columns, background first. */

export interface Rle {
  size: [number, number]; // height, width
  counts: string;
}

/** One byte per pixel, row after row; 1 is the object. */
export interface Bitmap {
  width: number;
  height: number;
  data: Uint8Array;
}

export const emptyBitmap = (width: number, height: number): Bitmap => ({
  width,
  height,
  data: new Uint8Array(width * height),
});

/** The run lengths that the characters spell: five bits each, lowest first, from the fourth on relative to the run
 * before the last. */
export function runsOf(counts: string): number[] {
  const runs: number[] = [];
  let at = 0;
  while (at < counts.length) {
    let value = 0;
    let factor = 1;
    let code: number;
    do {
      if (at >= counts.length) throw new Error("a mask's counts break off");
      code = counts.charCodeAt(at++) - 48;
      if (code < 0 || code > 63) throw new Error("a mask's counts hold a character that is none of theirs");
      value += (code & 31) * factor;
      factor *= 32;
    } while (code & 32);
    if (code & 16) value -= factor;
    runs.push(runs.length > 2 ? value + runs[runs.length - 2]! : value);
  }
  return runs;
}

export function countsOf(runs: readonly number[]): string {
  let text = "";
  runs.forEach((run, k) => {
    let rest = k > 2 ? run - runs[k - 2]! : run;
    for (;;) {
      const group = rest & 31;
      rest >>= 5;
      const last = group & 16 ? rest === -1 : rest === 0;
      text += String.fromCharCode((last ? group : group | 32) + 48);
      if (last) return;
    }
  });
  return text;
}

export function decode(mask: Rle): Bitmap {
  const [height, width] = mask.size;
  const bitmap = emptyBitmap(width, height);
  let place = 0;
  runsOf(mask.counts).forEach((run, k) => {
    const end = place + run;
    if (run < 0 || end > width * height) throw new Error("a mask's runs do not add up to its size");
    if (k % 2) fill(bitmap, place, end);
    place = end;
  });
  if (place !== width * height) throw new Error("a mask's runs do not add up to its size");
  return bitmap;
}

function fill({ width, height, data }: Bitmap, start: number, end: number): void {
  let x = Math.floor(start / height);
  let y = start % height;
  for (let place = start; place < end; place++) {
    data[y * width + x] = 1;
    if (++y === height) {
      y = 0;
      x++;
    }
  }
}

export function encode({ width, height, data }: Bitmap): Rle {
  const runs: number[] = [];
  let last = 0;
  let run = 0;
  for (let x = 0; x < width; x++)
    for (let y = 0; y < height; y++) {
      const now = data[y * width + x]!;
      if (now === last) run++;
      else {
        runs.push(run);
        run = 1;
        last = now;
      }
    }
  runs.push(run);
  return { size: [height, width], counts: countsOf(runs) };
}

export function area(mask: Rle): number {
  return runsOf(mask.counts).reduce((sum, run, k) => (k % 2 ? sum + run : sum), 0);
}
