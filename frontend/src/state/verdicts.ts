/** What people said of points on the frame on the screen. For owners: who is asked is not to know what others said. */

import { signal } from "@preact/signals";
import * as api from "../api/client";
import { on } from "../api/events";
import type { Label } from "../api/types";
import { isOwner, trying } from "./app";
import * as things from "./objects";

export interface Verdict {
  x: number;
  y: number;
  label: Label;
}

const MOST = 500;
let known = new Map<string, readonly Verdict[]>();
const asked = new Set<string>();
const changed = signal(0);

const nameOf = (key: number, frame: number) => `${key} ${frame}`;

export function verdictsAt(key: number, frame: number): readonly Verdict[] {
  changed.value;
  return known.get(nameOf(key, frame)) ?? [];
}

/** Of the chosen object, where it has answered points. */
export function want(frame: number): void {
  const row = things.chosenRow.value;
  if (isOwner.peek() && row?.points.some((point) => point.frame === frame && point.answered > 0))
    void load(row.key, frame);
}

async function load(key: number, frame: number): Promise<void> {
  const name = nameOf(key, frame);
  if (known.has(name) || asked.has(name)) return;
  asked.add(name);
  const found = await trying(api.pointsOnFrame(key, frame));
  asked.delete(name);
  if (!found) return;
  if (known.size > MOST) known = new Map();
  const answered = found.points.filter((point) => point.answers.length > 0);
  known.set(
    name,
    answered.map(({ x, y, label }) => ({ x, y, label: label ?? 2 })),
  );
  changed.value++;
}

function forget(): void {
  known = new Map();
  changed.value++;
}

on("points", forget);
on("reset", forget);
