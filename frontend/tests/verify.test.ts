import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Queue, Task } from "../src/api/types";

// A server as far as Verify knows one: it keeps verdicts, in the order in which they come, and can be made to fail.
const task = (point: number): Task => ({
  point,
  video: 1,
  version: "v",
  object: 1,
  object_id: 1,
  object_name: "dog",
  colour: "#56b4e9",
  frame: point,
  x: 1,
  y: 1,
  kind: point < 6 ? 1 : 0,
  expires_at: "",
});

let verdicts: [number, number][];
let failing: boolean;
let held: (() => void)[];
let holding: boolean;

const queue = (): Queue => ({
  tasks: Array.from({ length: 12 }, (_, k) => task(k + 1))
    .filter(({ point }) => !verdicts.some(([answered]) => answered === point))
    .slice(0, 8),
  batch: { object: 1, object_name: "dog", kind: 1, answered: verdicts.length, total: 5, skipped: 0 },
  totals: { answered: verdicts.length, total: 12 },
  pace: { median_seconds: null, streak: 0, eta_seconds: null },
});

async function serve(path: string, request: RequestInit = {}): Promise<Response> {
  if (holding && path.endsWith("answers")) await new Promise<void>((go) => held.push(go));
  if (failing) return Response.json({ error: "The disk is full." }, { status: 507 });
  const body = request.body ? JSON.parse(String(request.body)) : {};
  if (path.endsWith("answers")) {
    verdicts.push([body.point, body.label]);
    return Response.json({ event: 1, seconds: 0.8, saved_at: "2026-01-01T00:00:00Z", queue: queue() });
  }
  if (path.endsWith("undo")) {
    const undone = verdicts.pop();
    return Response.json({ points: undone ? [undone[0]] : [], task: null, queue: queue(), saved_at: "" });
  }
  return Response.json(path.includes("queue") ? queue() : { ok: true });
}

const settled = () => new Promise((done) => setTimeout(done, 5));

describe("verify", () => {
  let verify: typeof import("../src/state/verify");

  beforeEach(async () => {
    [verdicts, failing, held, holding] = [[], false, [], false];
    vi.stubGlobal("fetch", serve);
    vi.stubGlobal("location", { hash: "" });
    vi.resetModules();
    verify = await import("../src/state/verify");
    await verify.enter();
  });
  afterEach(() => {
    verify.leave();
    vi.unstubAllGlobals();
  });

  /** The picture of the current point is on the screen, and a key is pressed. */
  const press = (label: 0 | 1 | 2) => {
    const current = verify.current.value;
    if (current) verify.wasDrawn(current.point);
    verify.answer(label);
  };

  it("shows the next point before the server has answered", async () => {
    holding = true;
    press(1);
    expect(verify.current.value?.point).toBe(2);
    expect(verify.answered.value).toBe(1);
    await settled();
    expect(verdicts).toEqual([]);
    held.shift()?.();
    await settled();
    expect(verdicts).toEqual([[1, 1]]);
    expect(verify.current.value?.point).toBe(2);
  });

  it("takes no answer to a point that is not on the screen", () => {
    verify.answer(1);
    expect(verify.current.value?.point).toBe(1);
  });

  it("takes three answers and no fourth before the first is stored, and sends them in order", async () => {
    holding = true;
    press(1);
    press(0);
    press(2);
    press(1);
    expect(verify.current.value?.point).toBe(4);
    for (let k = 0; k < 3; k++) {
      await settled();
      held.shift()?.();
    }
    await settled();
    expect(verdicts).toEqual([
      [1, 1],
      [2, 0],
      [3, 2],
    ]);
  });

  it("shows the point again that could not be stored, and what was pressed after it counts for nothing", async () => {
    press(1);
    await settled();
    failing = true;
    press(1);
    press(0);
    await settled();
    expect(verify.stopped.value).toBe("Not stored: The disk is full.");
    expect(verify.current.value?.point).toBe(2);
    press(1);
    expect(verify.current.value?.point).toBe(2);
    failing = false;
    await vi.waitFor(() => expect(verify.stopped.value).toBeNull(), { timeout: 5000 });
    expect(verify.current.value?.point).toBe(2);
    expect(verdicts).toEqual([[1, 1]]);
    press(0);
    await settled();
    expect(verdicts).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });

  it("ends a batch with a card, and goes back from it", async () => {
    for (let k = 0; k < 5; k++) {
      press(1);
      await settled();
    }
    expect(verify.card.value).toEqual({ object: 1, name: "dog", kind: 1, done: 5, skipped: 0 });
    expect(verify.current.value).toBeNull();
    await verify.back();
    expect(verify.card.value).toBeNull();
    expect(verify.current.value?.point).toBe(5);
  });
});
