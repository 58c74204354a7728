/** What the server tells by itself. A dropped line is taken up again where it broke off; `reset` says: ask anew. */

import type { Job } from "./types";

export interface Heard {
  job: Job;
  masks: { video: number; edit: number | null; frames: number[]; objects: number[] };
  objects: { video: number };
  saved: { saved_at: string };
  points: { object: number };
  reset: object;
}

type Listener<Kind extends keyof Heard> = (told: Heard[Kind]) => void;
const KINDS = ["job", "masks", "objects", "saved", "points", "reset"] as const;
const listeners: { [Kind in keyof Heard]: Set<Listener<Kind>> } = {
  job: new Set(),
  masks: new Set(),
  objects: new Set(),
  saved: new Set(),
  points: new Set(),
  reset: new Set(),
};

export function on<Kind extends keyof Heard>(kind: Kind, listener: Listener<Kind>): () => void {
  listeners[kind].add(listener as never);
  return () => listeners[kind].delete(listener as never);
}

function tell<Kind extends keyof Heard>(kind: Kind, told: Heard[Kind]): void {
  for (const listener of listeners[kind]) (listener as Listener<Kind>)(told);
}

let source: EventSource | null = null;
let dropped = false;

/** `live` is told whether the line is open. */
export function listen(live: (open: boolean) => void): void {
  source?.close();
  source = new EventSource("api/events");
  source.onopen = () => {
    live(true);
    if (dropped) tell("reset", {}); // a restarted server remembers nothing that could be taken up
    dropped = false;
  };
  source.onerror = () => {
    dropped = true;
    live(false);
    if (source?.readyState === EventSource.CLOSED) setTimeout(() => listen(live), 2000);
  };
  for (const kind of KINDS)
    source.addEventListener(kind, (event) => tell(kind, JSON.parse((event as MessageEvent<string>).data)));
}

export function hangUp(): void {
  source?.close();
  source = null;
}

const ASLEEP_AFTER = 10_000;

/** A page that nobody looks at gives its line back: browsers open only six to one server, for all pages together. */
export function sleepWhileHidden(live: (open: boolean) => void): void {
  let falling: ReturnType<typeof setTimeout> | undefined;
  let asleep = false;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(falling);
    if (document.hidden)
      falling = setTimeout(() => {
        asleep = source !== null;
        dropped = true;
        hangUp();
      }, ASLEEP_AFTER);
    else if (asleep) {
      asleep = false;
      listen(live);
    }
  });
}
