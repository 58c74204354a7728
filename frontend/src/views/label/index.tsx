/** Label: the picture as large as it can be, objects at its left, this frame at its right, time below. */

import { useEffect } from "preact/hooks";
import { useKeys } from "../../parts/keyboard";
import { changeLook, currentVideo, look, route } from "../../state/app";
import * as clip from "../../state/clip";
import * as editing from "../../state/editing";
import * as things from "../../state/objects";
import { FramePanel } from "./frame-panel";
import { ObjectsPanel } from "./objects-panel";
import { Picture, theStage } from "./picture";
import { TimelinePanel } from "./timeline-panel";
import { Toolbar } from "./toolbar";

export function LabelView() {
  const video = currentVideo.value;
  useEffect(() => {
    if (!video) return;
    clip.open(video, route.peek().frame ?? 0);
    void things.load(video.key);
    return clip.close;
  }, [video?.key, video?.version]);
  useEffect(() => {
    if (route.value.frame !== null) clip.seek(route.value.frame);
  }, [route.value]);
  useKeys("label", keys, digits);
  if (!video) return null;
  if (video.state !== "ok") return <p class="empty">{video.message}</p>;
  return (
    <>
      <ObjectsPanel />
      <section class="middle" aria-label="Picture">
        <Toolbar />
        <Picture />
      </section>
      <FramePanel />
      <TimelinePanel />
    </>
  );
}

function use(tool: editing.Tool): () => void {
  return () => {
    editing.tool.value = editing.tool.peek() === tool ? "points" : tool;
  };
}

function moveCross(dx: number, dy: number): () => void {
  return () => {
    const video = clip.video.peek();
    if (!video) return;
    const from = editing.cross.peek() ?? { x: Math.round(video.width / 2), y: Math.round(video.height / 2) };
    const within = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
    editing.cross.value = { x: within(from.x + dx, video.width), y: within(from.y + dy, video.height) };
  };
}

function clickCross(label: 0 | 1): () => void {
  return () => {
    const at = editing.cross.peek();
    if (at) void editing.addPoint({ ...at, label });
  };
}

const digits = (digit: number) => void editing.choose(digit - 1);

const CROSS_STEP = 2;
const CROSS_FAR = 20;

/** Tab belongs to the browser unless there is an extent to choose. */
const keys = () => ({
  undo: () => void editing.undo(),
  redo: () => void editing.redo(),
  propagate: () => void editing.propagate("both"),
  "propagate-forward": () => void editing.propagate("forward"),
  "propagate-backward": () => void editing.propagate("backward"),
  "propagate-to": () => void editing.propagateToHere(),
  "take-back": () => void editing.undo("propagation"),
  extent: editing.offered.peek() ? () => void editing.nextExtent() : undefined,
  stop,
  lock: () => void editing.toggleLock(),
  foreground: () => {
    editing.pointLabel.value = 1;
  },
  background: () => {
    editing.pointLabel.value = 0;
  },
  trace: use("trace"),
  brush: use("brush"),
  eraser: use("eraser"),
  smaller: () => {
    editing.brushRadius.value = Math.max(1, Math.round(editing.brushRadius.peek() / 1.3));
  },
  larger: () => {
    editing.brushRadius.value = Math.min(300, Math.ceil(editing.brushRadius.peek() * 1.3));
  },
  "new-object": () => void editing.newObject(),
  "clear-frame": () => void editing.clearFrame(),
  next: () => clip.step(1),
  previous: () => clip.step(-1),
  "next-ten": () => clip.step(10),
  "previous-ten": () => clip.step(-10),
  first: () => clip.step(-1e9),
  last: () => clip.step(1e9),
  "previous-doubt": () => editing.toDoubt(-1),
  "next-doubt": () => editing.toDoubt(1),
  play: () => theStage()?.holdPan(),
  hide: () => {
    editing.masksHidden.value = !editing.masksHidden.peek();
  },
  outlines: () => changeLook({ outlines: !look.peek().outlines }),
  fainter: () => changeLook({ opacity: Math.max(0.05, Math.round((look.peek().opacity - 0.1) * 100) / 100) }),
  stronger: () => changeLook({ opacity: Math.min(1, Math.round((look.peek().opacity + 0.1) * 100) / 100) }),
  fit: () => theStage()?.fit(),
  "cross-up": moveCross(0, -CROSS_STEP),
  "cross-down": moveCross(0, CROSS_STEP),
  "cross-left": moveCross(-CROSS_STEP, 0),
  "cross-right": moveCross(CROSS_STEP, 0),
  "cross-up-far": moveCross(0, -CROSS_FAR),
  "cross-down-far": moveCross(0, CROSS_FAR),
  "cross-left-far": moveCross(-CROSS_FAR, 0),
  "cross-right-far": moveCross(CROSS_FAR, 0),
  "cross-click": editing.cross.peek() ? clickCross(1) : undefined,
  "cross-click-background": editing.cross.peek() ? clickCross(0) : undefined,
});

/** Whatever is going on, from the loudest to the quietest. */
function stop(): void {
  if (editing.running.peek()) void editing.stop();
  else if (editing.tool.peek() !== "points") editing.tool.value = "points";
  else if (editing.offered.peek()) editing.offered.value = null;
  else editing.cross.value = null;
}
