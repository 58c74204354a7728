/** What Label does: every change goes to the server, one after the other, and is undone there. */

import { computed, signal } from "@preact/signals";
import * as api from "../api/client";
import type { Extent, Job, Point, Prompt, Rle } from "../api/types";
import { type Direction, neighbour, redone, type Span } from "../spans";
import { jobs, mayAnswer, noteJob, notice, say } from "./app";
import * as clip from "./clip";
import * as things from "./objects";

export type Tool = "points" | "trace" | "brush" | "eraser";

export const tool = signal<Tool>("points");
export const pointLabel = signal<0 | 1>(1);
export const brushRadius = signal(12);
export const masksHidden = signal(false);
export const cross = signal<{ x: number; y: number } | null>(null);
export const busy = signal(0);
/** What the last click may have meant, from the smallest to the largest extent, and which was taken. */
export const offered = signal<{ key: number; frame: number; extents: readonly Extent[]; chosen: number } | null>(null);

export const running = computed<Job | null>(() => {
  const key = clip.video.value?.key;
  const open = [...jobs.value.values()].filter((job) => job.state === "running" || job.state === "waiting");
  return open.find((job) => job.kind === "propagation" && job.video === key) ?? null;
});

/** What P would change from here. */
export const bracket = computed((): Span[] => {
  const row = things.chosenRow.value;
  if (!row || !clip.video.value) return [];
  return row.locked.length ? redone(clip.frame.value, row.locked, clip.video.value.num_frames) : [];
});

let line: Promise<unknown> = Promise.resolve();

/** One change after the other, in the order in which they were made. */
function inLine<Out>(work: () => Promise<Out>): Promise<Out | undefined> {
  notice.value = null;
  if (!mayAnswer.peek()) {
    say(new Error("You may look at this project, and not change it. Ask its owner for the role annotator."));
    return Promise.resolve(undefined);
  }
  busy.value++;
  const done = line
    .then(work)
    .catch((error) => {
      say(error);
      return undefined;
    })
    .finally(() => {
      busy.value--;
    });
  line = done;
  return done;
}

// Objects

let making: Promise<number | null> | null = null;

/** What is clicked from now on is for the new object, also before the server has made it. */
export function newObject(): Promise<number | null> {
  making ??= make().finally(() => {
    making = null;
  });
  return making;
}

async function make(): Promise<number | null> {
  const video = clip.video.peek();
  if (!video) return null;
  const made = await inLine(() => api.addThing(video.key, freeName()));
  if (!made) return null;
  await things.loadObjects(video.key);
  things.chosenKey.value = made.key;
  things.refreshTimeline();
  return made.key;
}

/** "object 3", or the next number that no object has. */
function freeName(): string {
  const names = new Set(things.objects.peek().map(({ name }) => name));
  let number = things.objects.peek().length + 1;
  while (names.has(`object ${number}`)) number++;
  return `object ${number}`;
}

export async function changeObject(
  key: number,
  change: { name?: string; removed?: boolean; colour?: string },
): Promise<void> {
  await inLine(() => api.changeThing(key, change));
  const video = clip.video.peek();
  if (!video) return;
  await things.loadObjects(video.key);
  if (change.removed !== undefined) things.forgetMasks();
  things.wantMasks(clip.frame.peek());
  things.refreshTimeline();
}

/** The object that a click is for; the first one is made by the first click. */
async function target(): Promise<number | null> {
  await things.ready();
  return making ? making : (things.chosen.peek()?.key ?? newObject());
}

export async function choose(position: number): Promise<void> {
  await things.ready();
  const object = things.present.peek()[position];
  if (object) things.chosenKey.value = object.key;
}

export function toggleVisible(key: number): void {
  const next = new Set(things.invisible.peek());
  if (!next.delete(key)) next.add(key);
  things.invisible.value = next;
}

// Prompts

async function change(edit: (prompt: Prompt) => Prompt): Promise<void> {
  clip.pause();
  const frame = clip.shown.peek()?.frame ?? clip.frame.peek();
  const key = await target();
  if (key === null) return;
  const next = edit(things.promptAt(key, frame));
  things.putPrompt(key, next);
  things.underWay.set(key, (things.underWay.get(key) ?? 0) + 1);
  const stored = await sendPrompt(key, frame, next);
  things.underWay.set(key, things.underWay.get(key)! - 1);
  if (!stored) await things.loadPrompts(key);
}

/** Several clicks while the server is busy are one question: only the newest prompt of a frame is sent. */
async function sendPrompt(key: number, frame: number, wanted: Prompt): Promise<boolean> {
  const isNewest = () => things.promptAt(key, frame) === wanted;
  const done = await inLine(async () => (isNewest() || things.isEmpty(wanted) ? api.prompt(key, wanted) : null));
  if (!done) return done === null;
  offered.value = done.extents.length > 1 ? { key, frame, extents: done.extents, chosen: done.chosen } : null;
  const extent = done.extents[done.chosen];
  if (extent) things.putMask(frame, { key, mask: extent.mask, score: extent.score, locked: true });
  else things.forgetMasks([frame]);
  things.refreshTimeline();
  return true;
}

export const addPoint = (point: Point): Promise<void> =>
  change((prompt) => ({ ...prompt, mask: null, points: [...prompt.points, point] }));

export const removePoint = (index: number): Promise<void> =>
  change((prompt) => ({ ...prompt, points: prompt.points.filter((_, k) => k !== index) }));

export const setBox = (box: NonNullable<Prompt["box"]>): Promise<void> =>
  change((prompt) => ({ ...prompt, mask: null, box }));

export const setTrace = (trace: NonNullable<Prompt["trace"]>): Promise<void> =>
  change((prompt) => ({ ...prompt, mask: null, trace }));

export async function clearFrame(): Promise<void> {
  const key = things.chosenKey.peek();
  if (key === null || things.isEmpty(things.promptAt(key, clip.frame.peek()))) return;
  offered.value = null;
  await change((prompt) => ({ frame: prompt.frame, points: [], box: null, trace: null, mask: null }));
}

export async function nextExtent(): Promise<void> {
  const now = offered.peek();
  if (!now) return;
  const chosen = (now.chosen + 1) % now.extents.length;
  const extent = now.extents[chosen]!;
  offered.value = { ...now, chosen };
  things.putMask(now.frame, { key: now.key, mask: extent.mask, score: extent.score, locked: true });
  const taken = await inLine(() => api.takeExtent(now.key, now.frame, chosen));
  if (!taken) things.forgetMasks([now.frame]);
  things.refreshTimeline();
}

export async function paint(mask: Rle, frame: number): Promise<void> {
  const key = await target();
  if (key === null) return;
  offered.value = null;
  things.putMask(frame, { key, mask, score: 1, locked: true });
  const done = await inLine(() => api.paint(key, frame, mask));
  if (done === undefined) things.forgetMasks([frame]);
  await things.loadPrompts(key);
  things.refreshTimeline();
}

export async function importMask(file: File): Promise<void> {
  const key = await target();
  const frame = clip.frame.peek();
  if (key === null) return;
  await inLine(() => api.importMask(key, frame, file));
  things.forgetMasks([frame]);
  await things.loadPrompts(key);
  things.refreshTimeline();
}

export async function toggleLock(): Promise<void> {
  const key = things.chosenKey.peek();
  const frame = clip.frame.peek();
  const mask = key === null ? null : things.maskOf(key, frame);
  if (key === null || !mask) return say(new Error("There is no mask on this frame to lock."));
  things.putMask(frame, { ...mask, locked: !mask.locked });
  await inLine(() => api.lock(key, frame, !mask.locked));
  things.forgetMasks([frame]);
  things.refreshTimeline();
}

// Propagation

export async function propagate(
  direction: Direction,
  to: number | null = null,
  from = clip.frame.peek(),
): Promise<void> {
  const video = clip.video.peek();
  const prompted = things.present
    .peek()
    .filter((object) => things.prompts.peek().get(object.key)?.size || lockedOf(object.key));
  if (!video) return;
  if (!prompted.length) return say(new Error("Click on an object first: there is nothing yet to propagate."));
  if (running.peek()) return say(new Error("A propagation is running. Esc stops it, and keeps what is done."));
  clip.pause();
  const started = await inLine(() => api.propagate(video.key, { objects: null, frame: from, direction, to }));
  if (!started) return;
  offered.value = null;
  noteJob(started.job);
}

const lockedOf = (key: number) => things.timeline.peek().objects.find((row) => row.key === key)?.locked.length ?? 0;

/** From the nearest prompted frame of the chosen object to the one on the screen. */
export async function propagateToHere(): Promise<void> {
  const here = clip.frame.peek();
  const row = things.chosenRow.peek();
  const starts = [...(row?.locked ?? []), ...(row?.prompts ?? [])].filter((frame) => frame !== here);
  const from = starts.sort((a, b) => Math.abs(a - here) - Math.abs(b - here))[0];
  if (from === undefined)
    return say(new Error("There is no prompted frame to come from: click on the object in another frame."));
  await propagate(from < here ? "forward" : "backward", here, from);
}

export async function stop(): Promise<void> {
  const job = running.peek();
  if (job) await api.cancel(job.id).catch(say);
}

export const undo = (only?: "propagation"): Promise<void> => turn((video) => api.undo(video, only));
export const redo = (): Promise<void> => turn((video) => api.redo(video));

async function turn(ask: (video: number) => Promise<{ edit: number | null; frames: number[] | null }>): Promise<void> {
  const video = clip.video.peek();
  if (!video) return;
  offered.value = null;
  const done = await inLine(() => ask(video.key));
  if (!done) return;
  if (done.edit === null) return say(new Error("There is nothing left to undo or redo."));
  things.forgetMasks();
  things.wantMasks(clip.frame.peek());
  await things.loadObjects(video.key);
  things.refreshTimeline();
}

export function toDoubt(step: -1 | 1): void {
  const frames = things.timeline.peek().doubts.map((doubt) => doubt.frame);
  const found = neighbour(frames, clip.frame.peek(), step);
  if (found !== null) clip.seek(found);
  else say(new Error(step > 0 ? "No doubtful frame after this one." : "No doubtful frame before this one."));
}
