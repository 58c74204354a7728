/** Painting into a mask, pixel by pixel. */

import type { Bitmap } from "./rle";
import type { XY } from "./viewport";

/** Set (1) or clear (0) a round stroke from `a` to `b`. */
export function stroke(bitmap: Bitmap, a: XY, b: XY, radius: number, value: 0 | 1): void {
  const { width, height, data } = bitmap;
  const low = {
    x: Math.max(0, Math.floor(Math.min(a.x, b.x) - radius)),
    y: Math.max(0, Math.floor(Math.min(a.y, b.y) - radius)),
  };
  const high = {
    x: Math.min(width - 1, Math.ceil(Math.max(a.x, b.x) + radius)),
    y: Math.min(height - 1, Math.ceil(Math.max(a.y, b.y) + radius)),
  };
  for (let y = low.y; y <= high.y; y++)
    for (let x = low.x; x <= high.x; x++) if (distance({ x, y }, a, b) <= radius) data[y * width + x] = value;
}

/** From a point to a line segment. */
function distance(p: XY, a: XY, b: XY): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length ? Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length)) : 0;
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}
