import { describe, expect, it } from "vitest";
import { area, countsOf, decode, emptyBitmap, encode, type Rle, runsOf } from "../src/draw/rle";
import { golden } from "./golden";

// Written by pointreel.core.Mask: size, counts, area and, where they are few, runs.
describe.each(golden)("the mask $name", (mask) => {
  it("is read as the package writes it", () => {
    const bitmap = decode(mask);
    expect(bitmap.data.reduce((sum, pixel) => sum + pixel, 0)).toBe(mask.area);
    expect(area(mask)).toBe(mask.area);
    if (mask.runs) expect(runsOf(mask.counts)).toEqual(mask.runs);
  });
  it("is written to the byte as the package writes it", () => {
    expect(encode(decode(mask))).toEqual({ size: mask.size, counts: mask.counts });
    expect(countsOf(runsOf(mask.counts))).toBe(mask.counts);
  });
});

describe("counts that are no mask", () => {
  it.each<[string, Rle]>([
    ["break off", { size: [2, 2], counts: "P" }],
    ["hold strange characters", { size: [2, 2], counts: "2 2" }],
    ["are too many", { size: [2, 2], counts: "25" }],
    ["are too few", { size: [2, 2], counts: "21" }],
  ])("%s", (_, mask) => {
    expect(() => decode(mask)).toThrow();
  });
});

it("writes an empty mask as one run", () => {
  expect(runsOf(encode(emptyBitmap(3, 2)).counts)).toEqual([6]);
});
