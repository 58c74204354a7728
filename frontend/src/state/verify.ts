/** Verify: a verdict goes to the server at once, and the next point is on the screen before it has answered.
 *
 * The server's queue is the truth. What was answered since is only taken off its front; when a verdict could not be
 * stored, its point comes back to the screen and nothing is taken until the server is there again.
 */

import { computed, signal, batch as together } from "@preact/signals";
import * as api from "../api/client";
import type { Batch, Label, Localisation, Order, Queue, Task } from "../api/types";
import { called } from "../clock";
import { notice, say } from "./app";

const AHEAD = 8; // tasks that are known: those on their way, the current one, and three whose pictures are fetched
const ON_THE_WAY = 3;
const RETRY = 1500;

interface Verdict {
  task: Task;
  label: Label;
  token: string;
  next: number | null;
}

export interface Card {
  object: number;
  name: string;
  kind: Label;
  done: number;
  skipped: number;
}

export const order = signal<Order>("paper");
export const queue = signal<Queue | null>(null);
export const onTheWay = signal<readonly Verdict[]>([]);
export const stopped = signal<string | null>(null);
export const card = signal<Card | null>(null);
export const paused = signal(false);
export const lastSeconds = signal<number | null>(null);
/** The point whose picture is on the screen: nothing else can be answered. */
export const drawn = signal<number | null>(null);

/** What is left to answer, the current one first. */
export const tasks = computed<readonly Task[]>(() => {
  const gone = new Set(onTheWay.value.map(({ task }) => task.point));
  return (queue.value?.tasks ?? []).filter((task) => !gone.has(task.point));
});
export const current = computed(() => (card.value ? null : (tasks.value[0] ?? null)));
export const answered = computed(() => (queue.value?.totals.answered ?? 0) + onTheWay.value.length);

const asked = (): api.Asked => ({ count: AHEAD, order: order.peek(), object: null });

let line: Promise<unknown> = Promise.resolve();
let open = false;

/** What the server is told, in the order in which it happened. */
function inLine<Out>(work: () => Promise<Out>): Promise<Out> {
  const done = line.then(work);
  line = done.catch(() => undefined);
  return done;
}

export async function enter(): Promise<void> {
  open = true;
  together(() => {
    queue.value = null;
    onTheWay.value = [];
    card.value = null;
    stopped.value = null;
    drawn.value = null;
  });
  await refresh();
}

export function leave(): void {
  const point = current.peek()?.point;
  open = false;
  if (point !== undefined) void inLine(() => api.paused(point)).catch(() => undefined);
}

async function refresh(): Promise<void> {
  try {
    queue.value = await inLine(() => api.queue(asked()));
    stopped.value = null;
  } catch (error) {
    halt(error);
  }
}

export function changeOrder(to: Order): void {
  order.value = to;
  card.value = null;
  void refresh();
}

/** The clock of a point runs from when it was drawn; an answer has started the next one's with it. */
let clockRunsFor: number | null = null;

export function wasDrawn(point: number): void {
  drawn.value = point;
  if (clockRunsFor === point || paused.peek()) return;
  clockRunsFor = point;
  void inLine(() => api.shown(point)).catch(halt);
}

export function pause(): void {
  if (paused.peek()) return;
  paused.value = true;
  const point = current.peek()?.point;
  clockRunsFor = null;
  if (point !== undefined && open) void inLine(() => api.paused(point)).catch(() => undefined);
}

/** Somebody is there again: whose points these are may have changed while nobody was. */
export function resume(): void {
  if (!paused.peek()) return;
  paused.value = false;
  drawn.value = null;
  if (open) void refresh();
}

// Answers

export function answer(label: Label): void {
  const task = current.peek();
  if (paused.peek()) return resume();
  if (!task || stopped.peek() || drawn.peek() !== task.point || onTheWay.peek().length >= ON_THE_WAY) return;
  notice.value = null;
  const following = tasks.peek()[1] ?? null;
  const ends = endsBatch(task, following);
  const verdict = { task, label, token: newToken(), next: ends ? null : (following?.point ?? null) };
  clockRunsFor = verdict.next;
  together(() => {
    if (ends) card.value = cardAfter(task);
    onTheWay.value = [...onTheWay.peek(), verdict];
    drawn.value = null;
  });
  void send(verdict);
}

/** `crypto.randomUUID` is not there for pages of other machines without TLS. */
const newToken = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const endsBatch = (task: Task, following: Task | null): boolean =>
  order.peek() === "paper" && (!following || following.object !== task.object || following.kind !== task.kind);

function cardAfter(task: Task): Card {
  const found: Batch | null = queue.peek()?.batch ?? null;
  const same = found?.object === task.object && found.kind === task.kind;
  const since = onTheWay
    .peek()
    .filter(({ task: other }) => other.object === task.object && other.kind === task.kind).length;
  const done = (same ? found.answered : 0) + since + 1;
  const name = called({ name: task.object_name, object_id: task.object_id });
  return { object: task.object, name, kind: task.kind, done, skipped: same ? found.skipped : 0 };
}

async function send({ task, label, token, next }: Verdict): Promise<void> {
  try {
    const stored = await inLine(async () => {
      if (!onTheWay.peek().some((verdict) => verdict.token === token)) return null; // one before it was not stored
      return api.answer({ ...asked(), point: task.point, label, token, next_shown: next });
    });
    if (!stored) return;
    together(() => {
      lastSeconds.value = stored.seconds;
      onTheWay.value = onTheWay.peek().filter((verdict) => verdict.token !== token);
      queue.value = steadied(stored.queue);
    });
  } catch (error) {
    card.value = null;
    halt(error);
  }
}

/** What is being looked at stays, whatever order the server would take now. */
function steadied(found: Queue): Queue {
  const looking = drawn.peek();
  const first = found.tasks.find((task) => task.point === looking);
  if (!first) return found;
  const gone = new Set(onTheWay.peek().map(({ task }) => task.point));
  const [before, after] = [
    found.tasks.filter((task) => gone.has(task.point)),
    found.tasks.filter((task) => !gone.has(task.point)),
  ];
  return { ...found, tasks: [...before, first, ...after.filter((task) => task.point !== looking)] };
}

/** The same point again, and nothing is taken until the server has told what it holds. */
function halt(error: unknown): void {
  if (!open || stopped.peek()) return;
  const lost = onTheWay.peek();
  const line = error instanceof Error ? error.message : String(error);
  together(() => {
    stopped.value = lost.length ? `Not stored: ${line}` : line;
    onTheWay.value = [];
    clockRunsFor = null;
    drawn.value = null;
  });
  setTimeout(() => void recover(lost.length > 0), 200);
}

async function recover(lost: boolean): Promise<void> {
  if (!open) return;
  try {
    const found = await api.queue(asked());
    together(() => {
      queue.value = found;
      stopped.value = null;
      if (lost) notice.value = "The last answer could not be stored. This is the point again.";
    });
  } catch (error) {
    if (error instanceof api.ApiError && error.status === 401) return;
    setTimeout(() => void recover(lost), RETRY);
  }
}

// Back

export async function back(): Promise<void> {
  await taken(() => api.undoAnswer(asked()), "There is no answer of yours to take back.");
}

export async function redo(): Promise<void> {
  await taken(() => api.redoAnswer(asked()), "There is nothing to bring back.");
}

export async function reopen(): Promise<void> {
  const ended = card.peek();
  if (!ended) return;
  await taken(() => api.reopenBatch(ended.object, ended.kind, asked()), "There is no answer of yours in that batch.");
}

async function taken(ask: () => Promise<{ points: number[]; queue: Queue }>, none: string): Promise<void> {
  if (stopped.peek()) return;
  notice.value = null;
  try {
    const done = await inLine(ask);
    together(() => {
      card.value = null;
      clockRunsFor = null;
      drawn.value = null;
      queue.value = done.queue;
    });
    if (!done.points.length) say(new Error(none));
  } catch (error) {
    say(error);
  }
}

export function goOn(): void {
  card.value = null;
}

// Which object is meant

const localisations = new Map<number, Promise<Localisation | null>>();

export function localisationOf(object: number): Promise<Localisation | null> {
  let found = localisations.get(object);
  if (!found) {
    found = api.localisation(object).catch(() => null);
    localisations.set(object, found);
  }
  return found;
}
