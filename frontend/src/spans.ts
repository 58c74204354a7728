/** Ranges of frames, [first, last] with both inside, in order and apart. */

export type Span = [number, number];

/** Frames in any order, as spans. */
export function spansOf(frames: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (const frame of [...new Set(frames)].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last && last[1] === frame - 1) last[1] = frame;
    else spans.push([frame, frame]);
  }
  return spans;
}

export function union(a: readonly number[][], b: readonly number[][]): Span[] {
  const merged: Span[] = [];
  for (const [first, last] of [...a, ...b].sort((p, q) => p[0]! - q[0]!) as Span[]) {
    const open = merged.at(-1);
    if (open && first <= open[1] + 1) open[1] = Math.max(open[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

export type Direction = "both" | "forward" | "backward";

/** What a propagation from `frame` makes anew, on either side of it: up to the neighbouring locks, which stay as they are. */
export function redone(frame: number, locked: readonly number[], numFrames: number): Span[] {
  const first = Math.max(-1, ...locked.filter((k) => k < frame)) + 1;
  const last = Math.min(numFrames, ...locked.filter((k) => k > frame)) - 1;
  const parts: Span[] = [
    [first, frame - 1],
    [frame + 1, last],
  ];
  return locked.includes(frame) ? parts.filter(([from, to]) => from <= to) : [[first, last]];
}

/** The nearest frame of an ordered choice before or after one, or null. */
export function neighbour(frames: readonly number[], from: number, step: -1 | 1): number | null {
  const beyond = frames.filter((k) => (step > 0 ? k > from : k < from));
  if (!beyond.length) return null;
  return step > 0 ? Math.min(...beyond) : Math.max(...beyond);
}
