/** The open video: which frame is wanted, which is on the screen, and playing. */

import { batch, computed, signal } from "@preact/signals";
import * as api from "../api/client";
import type { Video } from "../api/types";
import { frameAt } from "../clock";
import { ahead, Pictures } from "../draw/pictures";
import { clamp } from "../draw/viewport";
import { mayAnswer, remember, say, trying } from "./app";

export const video = signal<Video | null>(null);
export const times = signal<readonly number[]>([]);
export const frame = signal(0);
/** Picture and masks on the screen are always of one frame: the last that was decoded on the way to the wanted one. */
export const shown = signal<{ frame: number; picture: ImageBitmap } | null>(null);
export const playing = signal(false);

export const lastFrame = computed(() => Math.max(0, (video.value?.num_frames ?? 1) - 1));
export const secondsAt = (k: number): number => times.value[k] ?? 0;

let pictures: Pictures | null = null;
let direction: 1 | -1 = 1;

export function open(found: Video, at: number): void {
  close();
  batch(() => {
    video.value = found;
    times.value = [];
    shown.value = null;
    frame.value = clamp(at, 0, Math.max(0, found.num_frames - 1));
  });
  void trying(api.times(found.key)).then((known) => {
    if (known && video.peek()?.key === found.key) times.value = known.seconds;
  });
  pictures = new Pictures({ url: (k) => api.frameUrl(found, k) }, arrived, (_, error) => say(error));
  look();
}

export function close(): void {
  pause();
  clearTimeout(resting);
  pictures?.close();
  pictures = null;
  video.value = null;
}

export function seek(k: number): void {
  const wanted = clamp(Math.round(k), 0, lastFrame.peek());
  if (wanted === frame.peek()) return;
  direction = wanted > frame.peek() ? 1 : -1;
  frame.value = wanted;
  remember(wanted);
  look();
}

export const step = (by: number): void => {
  pause();
  seek(frame.peek() + by);
};

function look(): void {
  if (!pictures || !video.peek()) return;
  pictures.wish(ahead(frame.peek(), direction, lastFrame.peek() + 1, playing.peek() ? 24 : 8));
  const picture = pictures.get(frame.peek());
  if (!picture) return;
  shown.value = { frame: frame.peek(), picture };
  if (!playing.peek()) makeReady(frame.peek());
}

const RESTED = 150;
let resting: ReturnType<typeof setTimeout> | undefined;

/** The browser may have kept the picture, and the server not: who rests on a frame may click there. */
function makeReady(k: number): void {
  clearTimeout(resting);
  if (!mayAnswer.peek()) return;
  resting = setTimeout(() => {
    const found = video.peek();
    if (found && frame.peek() === k) api.makeReady(found.key, k).catch(() => undefined); // a click does without it
  }, RESTED);
}

function arrived(k: number): void {
  if (k === frame.peek()) look();
}

// Playing: the video's own times; a frame that is not decoded yet is waited for, so that none is skipped unseen.

export function toggle(): void {
  if (playing.peek()) pause();
  else play();
}

export function pause(): void {
  playing.value = false;
}

function play(): void {
  if (!video.peek() || lastFrame.peek() === 0) return;
  if (frame.peek() === lastFrame.peek()) seek(0);
  direction = 1;
  playing.value = true;
  look();
  let since = performance.now();
  let from = secondsAt(frame.peek());
  const tick = (now: number) => {
    if (!playing.peek()) return;
    const due = dueFrame(from + (now - since) / 1000, frame.peek());
    const reached = furthestDecoded(frame.peek(), due);
    if (reached < due) {
      since = now;
      from = secondsAt(reached);
    }
    seek(reached);
    if (reached >= lastFrame.peek()) pause();
    else requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

function dueFrame(seconds: number, now: number): number {
  const known = times.peek();
  return known.length ? clamp(frameAt(known, seconds), now, lastFrame.peek()) : now;
}

function furthestDecoded(now: number, due: number): number {
  let reached = now;
  while (reached < due && pictures?.has(reached + 1)) reached++;
  return reached;
}
