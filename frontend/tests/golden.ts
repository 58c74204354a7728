/** Masks as pointreel.core.Mask writes them: counts, area and, where they are few, runs. */

import masks from "./golden-masks.json";

interface Golden {
  name: string;
  size: [number, number];
  counts: string;
  area: number;
  runs?: number[];
}

export const golden = masks as Golden[];
