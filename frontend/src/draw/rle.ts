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

/** The part of a mask that holds all of its pixels, and where its corner is. */
export interface Cropped {
  bitmap: Bitmap;
  left: number;
  top: number;
}

export function decode(mask: Rle): Bitmap {
  const [height, width] = mask.size;
  const bitmap = emptyBitmap(width, height);
  forEachRun(mask, (start, end) => fill(bitmap, start, end, height, 0, 0));
  return bitmap;
}

/** Without the empty pixels around it: a small object of a large picture costs what it is, and not what the picture is. */
export function cropped(mask: Rle): Cropped {
  const [height] = mask.size;
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  forEachRun(mask, (start, end) => {
    const [first, last] = [Math.floor(start / height), Math.floor((end - 1) / height)];
    left = Math.min(left, first);
    right = Math.max(right, last);
    top = Math.min(top, first === last ? start % height : 0);
    bottom = Math.max(bottom, first === last ? (end - 1) % height : height - 1);
  });
  if (right < 0) return { bitmap: emptyBitmap(0, 0), left: 0, top: 0 };
  const bitmap = emptyBitmap(right - left + 1, bottom - top + 1);
  forEachRun(mask, (start, end) => fill(bitmap, start, end, height, left, top));
  return { bitmap, left, top };
}

/** Every run of set pixels, from its first to behind its last, counted down the columns. */
function forEachRun(mask: Rle, told: (start: number, end: number) => void): void {
  const [height, width] = mask.size;
  let place = 0;
  runsOf(mask.counts).forEach((run, k) => {
    const end = place + run;
    if (run < 0 || end > width * height) throw new Error("a mask's runs do not add up to its size");
    if (k % 2 && run) told(place, end);
    place = end;
  });
  if (place !== width * height) throw new Error("a mask's runs do not add up to its size");
}

function fill({ width, data }: Bitmap, start: number, end: number, height: number, left: number, top: number): void {
  let x = Math.floor(start / height) - left;
  let y = start % height;
  for (let place = start; place < end; place++) {
    data[(y - top) * width + x] = 1;
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
