/** Drawn by hand on a 16 pixel grid. */

const PATHS = {
  play: "M4 2.5 13 8 4 13.5Z",
  pause: "M4 3h3v10H4zM9 3h3v10H9z",
  back: "M8 3 3 8l5 5M13 3 8 8l5 5",
  forward: "m3 3 5 5-5 5M8 3l5 5-5 5",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8ZM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4Z",
  shut: "M2 6.5C3.5 8.5 5.5 9.8 8 9.8s4.5-1.3 6-3.3M4.5 9 3.5 11M8 10v2M11.5 9l1 2",
  bin: "M3 4.5h10M6.5 4V2.5h3V4M4.5 4.5l.6 9h5.8l.6-9",
  point: "M8 2v12M2 8h12",
  trace: "M2 12C4 3 7 3 8 8s4 4 6-4",
  brush: "m9 7 4.5-5M6 9.5c1.5 0 2.5 1 2.5 2S7.5 14 5.5 14H2.5c1-.5 1-1 1-2.2S4.5 9.5 6 9.5ZM9 7l-2.3 2.8",
  eraser: "M6.5 13 2.5 9 9 2.5 13.5 7l-6 6h-1M5.5 6 10 10.5M6.5 13.5H13",
  mask: "M2.5 3.5h11v9h-11zM5 10l2-3 2 2 1-1 1.5 2",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  open: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 4.8-1",
  undo: "M6 3 2.5 6.5 6 10M2.5 6.5h7a3.5 3.5 0 0 1 0 7H7",
  redo: "m10 3 3.5 3.5L10 10M13.5 6.5h-7a3.5 3.5 0 0 0 0 7H9",
  close: "m4 4 8 8m0-8-8 8",
  outline: "M8 3c3 0 5 2 5 5s-2 5-5 5-5-2-5-5 2-5 5-5Z",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  const solid = name === "play" || name === "pause";
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill={solid ? "currentColor" : "none"}
        stroke={solid ? "none" : "currentColor"}
        stroke-width="1.4"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
