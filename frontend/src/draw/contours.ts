/** The outlines of a mask, along the borders of its pixels: sharp at any zoom, and no texture to upload. */

import { type Bitmap, cropped, type Rle } from "./rle";

/** x, y, x, y, ... of the corners at which an outline turns; (0, 0) is the corner of the first pixel. */
export type Loop = number[];

const STEP = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const; // east, south, west, north

/** Every outline once, holes too; the object lies to the right of the way. */
export function contours(bitmap: Bitmap): Loop[] {
  const { width, height, data } = bitmap;
  const seen = new Uint8Array(width * height);
  const loops: Loop[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const place = y * width + x;
      if (data[place] && !seen[place] && !(y > 0 && data[place - width])) loops.push(walk(bitmap, seen, x, y));
    }
  return loops;
}

function walk({ width, height, data }: Bitmap, seen: Uint8Array, startX: number, startY: number): Loop {
  const isSet = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 1;
  const loop: Loop = [startX, startY];
  let [x, y, heading] = [startX, startY, 0];
  for (;;) {
    if (heading === 0) seen[y * width + x] = 1;
    x += STEP[heading]![0];
    y += STEP[heading]![1];
    const turn = turnAt(isSet, x, y, heading);
    heading = (heading + turn + 4) % 4;
    if (x === startX && y === startY && heading === 0) return loop;
    if (turn) loop.push(x, y);
  }
}

/** -1 left, 0 straight on, 1 right, at a corner that was reached with a heading. */
function turnAt(isSet: (x: number, y: number) => boolean, x: number, y: number, heading: number): number {
  const ahead = [
    [x, y - 1, x, y],
    [x, y, x - 1, y],
    [x - 1, y, x - 1, y - 1],
    [x - 1, y - 1, x, y - 1],
  ][heading]!;
  if (isSet(ahead[0]!, ahead[1]!)) return -1;
  return isSet(ahead[2]!, ahead[3]!) ? 0 : 1;
}

/** Of a mask as it is stored, in corners of the whole picture. */
export function outlinesOf(mask: Rle): Loop[] {
  const { bitmap, left, top } = cropped(mask);
  return contours(bitmap).map((loop) => loop.map((value, k) => value + (k % 2 ? top : left)));
}

export function pathOf(loops: readonly Loop[]): Path2D {
  const path = new Path2D();
  for (const loop of loops) {
    path.moveTo(loop[0]!, loop[1]!);
    for (let k = 2; k < loop.length; k += 2) path.lineTo(loop[k]!, loop[k + 1]!);
    path.closePath();
  }
  return path;
}

/** The same as an SVG path says it. */
export const svgPath = (loops: readonly Loop[]): string => loops.map((loop) => `M${loop.join(" ")}Z`).join("");
