/** Review: where to look first, and where two people disagree. */

import { signal } from "@preact/signals";
import * as api from "../api/client";
import type { Label, ReviewedPoint, ReviewItem, Thing, Timeline } from "../api/types";
import { isOwner, notice, say, trying } from "./app";

export const items = signal<readonly ReviewItem[] | null>(null);
export const annotator = signal("");
export const annotators = signal<readonly string[]>([]);
export const things = signal<readonly Thing[]>([]);
export const timeline = signal<Timeline>({ objects: [], doubts: [] });
export const onlyDisputed = signal(true);
/** Of the video's objects, by their keys. */
export const points = signal<ReadonlyMap<number, readonly ReviewedPoint[]>>(new Map());

export async function loadItems(): Promise<void> {
  const found = await trying(api.review(annotator.value));
  if (found) items.value = found.items;
}

export async function loadAnnotators(): Promise<void> {
  const found = await trying(api.statistics());
  if (found) annotators.value = found.by_annotator.map(({ name }) => name);
}

export async function loadVideo(video: number): Promise<void> {
  const [objects, line] = await Promise.all([trying(api.things(video)), trying(api.timeline(video))]);
  things.value = (objects?.objects ?? []).filter((object) => !object.removed);
  timeline.value = line ?? { objects: [], doubts: [] };
  await loadPoints();
}

/** For owners alone: who is asked about a point is not to know what others said. */
export async function loadPoints(): Promise<void> {
  if (!isOwner.peek()) return;
  const asked = things.value;
  const filter = { annotator: annotator.value, disagreement: onlyDisputed.value };
  const found = await Promise.all(
    asked.map(async ({ key }) => [key, (await trying(api.reviewedPoints(key, filter)))?.points ?? []] as const),
  );
  if (asked === things.value) points.value = new Map(found);
}

export async function unsettle(ask: () => Promise<{ points: number[] }>): Promise<void> {
  notice.value = null;
  const done = await trying(ask());
  if (done && !done.points.length) say(new Error("There is no settled point left to undo or redo."));
  await loadPoints();
}

/** The owner's word decides, and is logged as such. */
export async function settle(point: number, label: Label): Promise<void> {
  await trying(api.settle(point, label));
  await loadPoints();
}
