/** What is known of the open video: its objects, their prompts and masks, and the timeline. */

import { batch, computed, signal } from "@preact/signals";
import * as api from "../api/client";
import { on } from "../api/events";
import type { FrameOfMasks, ObjectMask, Prompt, Thing, Timeline } from "../api/types";
import { spansOf, union } from "../spans";
import { trying } from "./app";
import * as clip from "./clip";

export const objects = signal<readonly Thing[]>([]);
export const chosenKey = signal<number | null>(null);
export const invisible = signal<ReadonlySet<number>>(new Set());
export const timeline = signal<Timeline>({ objects: [], doubts: [] });
/** By object, then by frame. */
export const prompts = signal<ReadonlyMap<number, ReadonlyMap<number, Prompt>>>(new Map());
/** Changes whenever a mask was loaded or has become old. */
export const masksSeen = signal(0);

export const present = computed(() => objects.value.filter((object) => !object.removed));
export const chosen = computed(() => present.value.find((object) => object.key === chosenKey.value) ?? null);
export const chosenRow = computed(() => timeline.value.objects.find((row) => row.key === chosenKey.value) ?? null);

const WINDOW = 16;
const MOST_WINDOWS = 400;
let masks = new Map<number, Map<number, FrameOfMasks>>(); // by window, then by frame
let asked = new Set<number>();

let loading: Promise<unknown> = Promise.resolve();

/** Once the objects of the open video, and what was said of them, are known: nothing is done to them before. */
export const ready = (): Promise<unknown> => loading;

export async function load(video: number): Promise<void> {
  batch(() => {
    objects.value = [];
    prompts.value = new Map();
    timeline.value = { objects: [], doubts: [] };
    chosenKey.value = null;
    clearMasks();
  });
  loading = Promise.all([loadObjects(video), loadTimeline(video)]);
  await loading;
}

export async function loadObjects(video: number): Promise<void> {
  const found = await trying(api.things(video));
  if (!found || clip.video.peek()?.key !== video) return;
  batch(() => {
    const known = new Set(objects.peek().map((object) => object.key));
    const hide = found.objects.filter((object) => !object.visible_default && !known.has(object.key));
    if (hide.length) invisible.value = new Set([...invisible.peek(), ...hide.map((object) => object.key)]);
    objects.value = found.objects;
    if (!present.peek().some((object) => object.key === chosenKey.peek()))
      chosenKey.value = present.peek()[0]?.key ?? null;
  });
  await Promise.all(present.peek().map((object) => loadPrompts(object.key)));
}

/** How many changes of an object's prompts are on their way: what the server says of them meanwhile may be older. */
export const underWay = new Map<number, number>();

export async function loadPrompts(key: number): Promise<void> {
  const before = underWay.get(key);
  const found = await trying(api.prompts(key));
  if (!found || before || underWay.get(key)) return;
  prompts.value = new Map(prompts.peek()).set(key, new Map(found.prompts.map((known) => [known.frame, known])));
}

export function putPrompt(key: number, prompt: Prompt): void {
  const frames = new Map(prompts.peek().get(key));
  if (isEmpty(prompt)) frames.delete(prompt.frame);
  else frames.set(prompt.frame, prompt);
  prompts.value = new Map(prompts.peek()).set(key, frames);
}

export const isEmpty = (prompt: Prompt): boolean =>
  !prompt.points.length && !prompt.box && !prompt.trace?.length && !prompt.mask;

export const promptAt = (key: number, frame: number): Prompt =>
  prompts.value.get(key)?.get(frame) ?? { frame, points: [], box: null, trace: null, mask: null };

// Masks come in windows of frames, the one on the screen first.

export function maskOf(key: number, frame: number): ObjectMask | null {
  return masksAt(frame).find((mask) => mask.key === key) ?? null;
}

export function masksAt(frame: number): readonly ObjectMask[] {
  masksSeen.value;
  return masks.get(Math.floor(frame / WINDOW))?.get(frame)?.objects ?? [];
}

export function wantMasks(frame: number): void {
  const window = Math.floor(frame / WINDOW);
  for (const near of [window, window + 1, window - 1]) void loadWindow(near);
}

async function loadWindow(window: number): Promise<void> {
  const video = clip.video.peek();
  const start = window * WINDOW;
  if (!video || start < 0 || start >= video.num_frames || masks.has(window) || asked.has(window)) return;
  const asking = asked;
  asking.add(window);
  const found = await trying(api.masks(video.key, start, Math.min(start + WINDOW, video.num_frames)));
  const fresh = asking.delete(window) && asking === asked && clip.video.peek()?.key === video.key;
  if (!found) return;
  if (!fresh) {
    if (asking === asked) wantMasks(clip.frame.peek());
    return;
  }
  masks.set(window, new Map(found.frames.map((known) => [known.frame, known])));
  if (masks.size > MOST_WINDOWS) masks.delete(masks.keys().next().value!);
  masksSeen.value++;
}

/** Show a mask at once that the server has just answered with. */
export function putMask(frame: number, mask: ObjectMask): void {
  const window = Math.floor(frame / WINDOW);
  const frames = masks.get(window);
  if (!frames) return forgetMasks([frame]);
  const others = (frames.get(frame)?.objects ?? []).filter((known) => known.key !== mask.key);
  frames.set(frame, { frame, objects: [...others, mask] });
  asked.delete(window); // what is on its way may be older
  masksSeen.value++;
}

/** Ask anew for the masks of these frames, or of all; those on the screen stay until the new ones are there. */
export function forgetMasks(frames?: readonly number[]): void {
  const here = Math.floor(clip.frame.peek() / WINDOW);
  const old = frames ? frames.map((frame) => Math.floor(frame / WINDOW)) : [...masks.keys(), ...asked];
  for (const window of new Set(old)) {
    asked.delete(window);
    if (window === here) void reload(window);
    else masks.delete(window);
  }
}

function clearMasks(): void {
  masks = new Map();
  asked = new Set();
  masksSeen.value++;
}

const reloading = new Set<number>();

/** In place, so that nothing flickers; many changes in a row are one question. */
async function reload(window: number): Promise<void> {
  if (reloading.has(window)) return;
  reloading.add(window);
  await new Promise((done) => setTimeout(done, 60));
  reloading.delete(window);
  const video = clip.video.peek();
  if (!video) return;
  const start = window * WINDOW;
  asked.add(window);
  const found = await trying(api.masks(video.key, start, Math.min(start + WINDOW, video.num_frames)));
  if (!found || !asked.delete(window) || clip.video.peek()?.key !== video.key) return;
  masks.set(window, new Map(found.frames.map((known) => [known.frame, known])));
  masksSeen.value++;
}

// The timeline

export async function loadTimeline(video: number): Promise<void> {
  const found = await trying(api.timeline(video));
  if (found && clip.video.peek()?.key === video) timeline.value = found;
}

let due: ReturnType<typeof setTimeout> | undefined;
let loadedAt = 0;

/** Soon, and not more often than every `pause` milliseconds while masks are being made. */
export function refreshTimeline(pause = 150): void {
  if (due) return;
  const wait = Math.max(100, loadedAt + pause - Date.now());
  due = setTimeout(() => {
    due = undefined;
    loadedAt = Date.now();
    const video = clip.video.peek();
    if (video) void loadTimeline(video.key);
  }, wait);
}

/** The bars grow as masks are made, before the timeline is asked for again. */
function grow(keys: readonly number[], frames: readonly number[]): void {
  const spans = spansOf(frames);
  timeline.value = {
    ...timeline.peek(),
    objects: timeline
      .peek()
      .objects.map((row) =>
        keys.includes(row.key) ? { ...row, known: union(row.known, spans), present: union(row.present, spans) } : row,
      ),
  };
}

on("masks", ({ video, frames, objects: keys }) => {
  if (clip.video.peek()?.key !== video) return;
  forgetMasks(frames);
  grow(keys, frames);
  refreshTimeline(1200);
});
on("objects", ({ video }) => {
  if (clip.video.peek()?.key === video) void loadObjects(video);
});
on("points", () => refreshTimeline(2000));
on("reset", () => {
  const video = clip.video.peek();
  if (!video) return;
  forgetMasks();
  wantMasks(clip.frame.peek());
  void loadObjects(video.key);
  void loadTimeline(video.key);
});
