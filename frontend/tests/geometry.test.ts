import { describe, expect, it } from "vitest";
import { stroke } from "../src/draw/brush";
import { contours, type Loop, outlinesOf } from "../src/draw/contours";
import { type Bitmap, decode, emptyBitmap } from "../src/draw/rle";
import { boxBetween, fit, pixelAt, toPixel, toScreen, zoomAt } from "../src/draw/viewport";
import { neighbour, redone, spansOf, union } from "../src/spans";
import { golden } from "./golden";

const PICTURE = { width: 854, height: 480 };
const SCREEN = { width: 1000, height: 700 };

describe("the viewport", () => {
  it("fits the whole picture into the middle", () => {
    const view = fit(PICTURE, SCREEN);
    expect(view.scale).toBeCloseTo(1000 / 854);
    expect(toScreen(view, { x: 426.5, y: 239.5 })).toEqual({ x: 500, y: 350 });
  });
  it("names pixels by their centres", () => {
    const view = { scale: 10, left: 0, top: 0 };
    expect(toScreen(view, { x: 0, y: 0 })).toEqual({ x: 5, y: 5 });
    expect(pixelAt(view, { x: 9.9, y: 0 }, PICTURE)).toEqual({ x: 0, y: 0 });
    expect(pixelAt(view, { x: 10.1, y: 0 }, PICTURE)).toEqual({ x: 1, y: 0 });
    expect(pixelAt(view, { x: -0.1, y: 0 }, PICTURE)).toBeNull();
    expect(pixelAt(view, { x: 8540, y: 0 }, PICTURE)).toBeNull();
  });
  it("zooms at the cursor", () => {
    const at = { x: 420, y: 300 };
    const before = fit(PICTURE, SCREEN);
    const after = zoomAt(before, at, 4, PICTURE, SCREEN);
    expect(after.scale).toBeCloseTo(4 * before.scale);
    expect(toPixel(after, at).x).toBeCloseTo(toPixel(before, at).x);
    expect(toPixel(after, at).y).toBeCloseTo(toPixel(before, at).y);
  });
  it("zooms out to the whole picture and no further", () => {
    const near = zoomAt(fit(PICTURE, SCREEN), { x: 10, y: 10 }, 8, PICTURE, SCREEN);
    expect(zoomAt(near, { x: 900, y: 600 }, 0.001, PICTURE, SCREEN)).toEqual(fit(PICTURE, SCREEN));
  });
  it("makes boxes that hold the pixels at both corners", () => {
    expect(boxBetween({ x: 5, y: 2 }, { x: 3, y: 2 })).toEqual({ left: 3, top: 2, width: 3, height: 1 });
  });
});

/** Twice the area inside outlines, holes taken off, by the shoelace formula. */
const enclosed = (loops: Loop[]) =>
  loops.reduce((sum, loop) => {
    for (let k = 0; k < loop.length; k += 2) {
      const [x, y] = [loop[k]!, loop[k + 1]!];
      const [u, v] = [loop[(k + 2) % loop.length]!, loop[(k + 3) % loop.length]!];
      sum += x * v - u * y;
    }
    return sum;
  }, 0);

describe("contours", () => {
  it.each(golden)("of the mask $name enclose its area", (mask) => {
    expect(enclosed(contours(decode(mask)))).toBe(2 * mask.area);
  });
  it.each(golden)("of the stored mask $name are those of all its pixels", (mask) => {
    expect(outlinesOf(mask)).toEqual(contours(decode(mask)));
  });
  it("turn only at corners", () => {
    expect(contours(bitmapOf(["...", ".##", ".##"]))).toEqual([[1, 1, 3, 1, 3, 3, 1, 3]]);
  });
  it("go round a hole the other way", () => {
    expect(contours(bitmapOf(["###", "#.#", "###"]))).toHaveLength(2);
  });
});

function bitmapOf(rows: string[]): Bitmap {
  const bitmap = emptyBitmap(rows[0]!.length, rows.length);
  bitmap.data.set([...rows.join("")].map((sign) => (sign === "#" ? 1 : 0)));
  return bitmap;
}

describe("the brush", () => {
  it("paints a round stroke and takes it away again", () => {
    const bitmap = emptyBitmap(20, 10);
    stroke(bitmap, { x: 3, y: 5 }, { x: 10, y: 5 }, 2, 1);
    expect(bitmap.data[5 * 20 + 1]).toBe(1);
    expect(bitmap.data[5 * 20 + 0]).toBe(0);
    expect(bitmap.data[3 * 20 + 1]).toBe(0);
    stroke(bitmap, { x: 3, y: 5 }, { x: 10, y: 5 }, 2, 0);
    expect(bitmap.data.some((pixel) => pixel)).toBe(false);
  });
  it("may leave the picture", () => {
    const bitmap = emptyBitmap(4, 4);
    stroke(bitmap, { x: -3, y: -3 }, { x: 9, y: 9 }, 1, 1);
    expect(bitmap.data[0]).toBe(1);
    expect(bitmap.data[15]).toBe(1);
  });
});

describe("spans", () => {
  it("are made of frames, and joined", () => {
    expect(spansOf([4, 1, 2, 2, 9])).toEqual([
      [1, 2],
      [4, 4],
      [9, 9],
    ]);
    expect(
      union(
        [[0, 3]],
        [
          [4, 5],
          [8, 9],
        ],
      ),
    ).toEqual([
      [0, 5],
      [8, 9],
    ]);
  });
  it("say what a propagation will change", () => {
    expect(redone(12, [4, 10, 30], 40)).toEqual([[11, 29]]);
    expect(redone(12, [], 40)).toEqual([[0, 39]]);
  });
  it("leave a locked frame as it is, also where it begins there", () => {
    expect(redone(10, [4, 10, 30], 40)).toEqual([
      [5, 9],
      [11, 29],
    ]);
    expect(redone(0, [0], 40)).toEqual([[1, 39]]);
    expect(redone(39, [10, 39], 40)).toEqual([[11, 38]]);
    expect(redone(10, [9, 10, 11], 40)).toEqual([]);
  });
  it("find the nearest doubtful frame on either side", () => {
    expect(neighbour([9, 2, 5], 5, 1)).toBe(9);
    expect(neighbour([9, 2, 5], 5, -1)).toBe(2);
    expect(neighbour([9, 2, 5], 9, 1)).toBeNull();
  });
});
