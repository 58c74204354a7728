/** What every view stands on: who is here, which project, what was saved last, and what went wrong. */

import { computed, signal } from "@preact/signals";
import * as api from "../api/client";
import { hangUp, listen, on, sleepWhileHidden } from "../api/events";
import type { Job, Me, Project, Role } from "../api/types";
import type { Remapped } from "../keys";

export const VIEWS = ["project", "label", "verify", "review", "statistics"] as const;
export type ViewName = (typeof VIEWS)[number];

export interface Route {
  view: ViewName;
  video: number | null;
  frame: number | null;
}

export const me = signal<Me | null>(null);
export const signedOut = signal(false);
export const project = signal<Project | null>(null);
export const savedAt = signal<string | null>(null);
export const live = signal(true);
export const notice = signal<string | null>(null);
export const route = signal<Route>(readRoute());
export const jobs = signal<ReadonlyMap<string, Job>>(new Map());
export const helpShown = signal(false);

export const role = computed<Role>(() => me.value?.user?.role ?? (me.value?.login_required ? "viewer" : "owner"));
export const mayAnswer = computed(() => role.value !== "viewer");
export const isOwner = computed(() => role.value === "owner");

/** One calm line, until the next action or a click takes it away. */
export function say(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (error instanceof api.ApiError && error.status === 401) return;
  notice.value = error instanceof Error ? error.message : String(error);
}

/** Run what may fail; a failure is said, and answered with undefined. */
export async function trying<Out>(work: Promise<Out>): Promise<Out | undefined> {
  try {
    return await work;
  } catch (error) {
    say(error);
    return undefined;
  }
}

function readRoute(): Route {
  const [view, video, frame] = location.hash.replace(/^#\/?/, "").split("/");
  const number = (text: string | undefined) => (text && /^\d+$/.test(text) ? Number(text) : null);
  return { view: VIEWS.find((name) => name === view) ?? "label", video: number(video), frame: number(frame) };
}

export function go(view: ViewName, video: number | null = route.value.video, frame: number | null = null): void {
  const parts = [view, video, video === null ? null : frame].filter((part) => part !== null);
  location.hash = `#/${parts.join("/")}`;
}

let remembering: ReturnType<typeof setTimeout> | undefined;

/** Keep the address at the frame on the screen, so that a reload comes back to it; no step in the history. A moment
 * later, since browsers take only a few hundred such changes in a minute. */
export function remember(frame: number): void {
  clearTimeout(remembering);
  remembering = setTimeout(() => {
    const { view, video } = readRoute();
    if (view === "label" && (video ?? currentVideo.peek()?.key) === currentVideo.peek()?.key)
      history.replaceState(null, "", `#/label/${currentVideo.peek()?.key}/${frame}`);
  }, 300);
}

export const currentVideo = computed(() => {
  const videos = project.value?.videos ?? [];
  return videos.find((video) => video.key === route.value.video) ?? videos[0] ?? null;
});

export async function refreshProject(): Promise<void> {
  const found = await trying(api.project());
  if (!found) return;
  project.value = found;
  if (found.saved_at) saved(found.saved_at);
}

function saved(at: string): void {
  if (!savedAt.value || at > savedAt.value) savedAt.value = at;
}

const isOver = ({ state }: Job): boolean => state !== "running" && state !== "waiting";

/** What is over stays over: the answer that a job was begun may come after the event that it is done. */
export function noteJob(job: Job): void {
  const known = jobs.peek().get(job.id);
  if (known && isOver(known) && !isOver(job)) return;
  jobs.value = new Map(jobs.peek()).set(job.id, job);
  if (isOver(job)) void refreshProject();
  if (job.state === "failed") say(new Error(job.message || `The ${job.kind} failed.`));
  else if (job.kind === "propagation" && isOver(job) && job.result?.problems?.length)
    say(new Error(job.result.problems.join("; ")));
}

export async function enter(): Promise<void> {
  const who = await trying(api.me());
  if (!who) return;
  admit(who);
}

/** Somebody is known, or need not be: load what every view shows, and listen. */
export function admit(who: Me): void {
  api.trust(who.csrf);
  me.value = who;
  signedOut.value = who.login_required && !who.user;
  if (signedOut.value) return;
  void refreshProject();
  void loadPreferences();
  void loadJobs();
  listen(heard);
}

/** The oldest first, as they come in from then on. */
async function loadJobs(): Promise<void> {
  const found = await trying(api.jobs());
  if (found) jobs.value = new Map(found.jobs.reverse().map((job) => [job.id, job]));
}

/** What a server was doing when it was killed. */
export const interrupted = computed(() => [...jobs.value.values()].filter((job) => job.state === "interrupted"));

export async function goOn(job: Job): Promise<void> {
  const started = await trying(api.goOn(job.id));
  if (started) noteJob(started.job);
  await loadJobs();
}

export async function letGo(job: Job): Promise<void> {
  await trying(api.cancel(job.id));
  await loadJobs();
}

const heard = (open: boolean): void => {
  live.value = open;
  if (open && notice.peek() === api.SILENT) notice.value = null;
};

export async function leave(): Promise<void> {
  hangUp();
  await trying(api.logout());
  location.reload();
}

export function start(): void {
  api.whenSaved(saved);
  api.whenSignedOut(() => {
    signedOut.value = true;
    hangUp();
  });
  sleepWhileHidden(heard);
  on("saved", (told) => saved(told.saved_at));
  on("job", noteJob);
  on("reset", () => {
    void refreshProject();
    void loadJobs();
  });
  addEventListener("hashchange", () => {
    route.value = readRoute();
    notice.value = null;
  });
  void enter();
}

// Preferences

export interface Look {
  opacity: number;
  outlines: boolean;
  brightness: number;
  contrast: number;
}

export const LOOK: Look = { opacity: 0.45, outlines: false, brightness: 1, contrast: 1 };
/** Hidden tests in per cent of the points, and how many people are asked about each. */
export interface Asking {
  known: number;
  twice: number;
  people: number;
}

export const ASKING: Asking = { known: 0, twice: 0, people: 1 };
export const asking = signal<Asking>(ASKING);
export const remapped = signal<Remapped>({});
export const look = signal<Look>(LOOK);

async function loadPreferences(): Promise<void> {
  const kept = await trying(api.preferences());
  if (!kept) return;
  remapped.value = (kept.keys ?? {}) as Remapped;
  look.value = { ...LOOK, ...(kept.look as Partial<Look> | undefined) };
  asking.value = { ...ASKING, ...(kept.asking as Partial<Asking> | undefined) };
}

let keeping: ReturnType<typeof setTimeout> | undefined;

/** Written a moment after the last change: a slider moves through many values. */
export function keepPreferences(): void {
  clearTimeout(keeping);
  keeping = setTimeout(() => {
    void trying(api.keepPreferences({ keys: remapped.peek(), look: look.peek(), asking: asking.peek() }));
  }, 600);
}

export function changeAsking(change: Partial<Asking>): void {
  asking.value = { ...asking.peek(), ...change };
  keepPreferences();
}

export function changeLook(change: Partial<Look>): void {
  look.value = { ...look.peek(), ...change };
  keepPreferences();
}
