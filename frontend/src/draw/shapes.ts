/** Outlines of masks, worked out once for each mask. */

import { outlinesOf, pathOf } from "./contours";
import type { Rle } from "./rle";

const MOST = 600;
const paths = new Map<string, Path2D>();

export function pathOfMask(mask: Rle): Path2D {
  const name = `${mask.size[0]} ${mask.counts}`;
  let path = paths.get(name);
  if (!path) {
    path = pathOf(outlinesOf(mask));
    paths.set(name, path);
    if (paths.size > MOST) paths.delete(paths.keys().next().value!);
  }
  return path;
}
