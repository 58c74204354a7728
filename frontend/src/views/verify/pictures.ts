/** Decoded frames of the tasks at hand, whichever videos they are of. */

import { signal } from "@preact/signals";
import * as api from "../../api/client";
import { decoded } from "../../draw/pictures";

interface Of {
  video: number;
  version: string;
  frame: number;
}

const MOST = 12;
const kept = new Map<string, ImageBitmap>();
const underWay = new Set<string>();
export const arrivals = signal(0);
export const trouble = signal<string | null>(null);

const urlOf = ({ video, version, frame }: Of): string => api.frameUrl({ key: video, version }, frame);

export const pictureOf = (of: Of): ImageBitmap | null => kept.get(urlOf(of)) ?? null;

export function want(wanted: readonly Of[]): void {
  const urls = [...new Set(wanted.map(urlOf))];
  for (const url of urls) if (!kept.has(url) && !underWay.has(url)) void load(url, urls);
}

async function load(url: string, wanted: readonly string[]): Promise<void> {
  underWay.add(url);
  try {
    const picture = await decoded(url);
    for (const [old, bitmap] of kept) {
      if (kept.size < MOST) break;
      if (wanted.includes(old)) continue;
      kept.delete(old);
      bitmap.close();
    }
    kept.set(url, picture);
    trouble.value = null;
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : String(error);
    setTimeout(() => {
      arrivals.value++; // whoever still wants it asks again
    }, 2000);
  } finally {
    underWay.delete(url);
    arrivals.value++;
  }
}
