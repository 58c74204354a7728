/** The canvas of Label, given what it draws and told what it tells. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Scene } from "../../draw/scene";
import { Stage } from "../../draw/stage";
import { keysOf, nameOf } from "../../keys";
import { look, remapped } from "../../state/app";
import * as clip from "../../state/clip";
import * as editing from "../../state/editing";
import * as things from "../../state/objects";
import * as verdicts from "../../state/verdicts";
import { hovered, zoomed } from "./hover";

let stage: Stage | null = null;
let panHeld = false;

/** What the toolbar and the keys may ask of the canvas. */
export const theStage = () =>
  stage && { fit: () => stage?.fit(), zoom: (factor: number) => stage?.zoom(factor), holdPan };

/** Space plays when it is let go, unless something was dragged with it. */
function holdPan(): void {
  if (!stage || panHeld) return;
  panHeld = true;
  stage.panKeyHeld = true;
  stage.panned = false;
}

function letGo(event: KeyboardEvent): void {
  if (!stage || !panHeld || !keysOf("play", remapped.peek()).includes(nameOf(event))) return;
  panHeld = false;
  stage.panKeyHeld = false;
  if (!stage.panned) clip.toggle();
}

export function Picture() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const made = new Stage(host.current!, {
      point: (at, label) => void editing.addPoint({ ...at, label: label ?? editing.pointLabel.peek() }),
      box: (box) => void editing.setBox(box),
      trace: (line) => void editing.setTrace(line),
      painted: (mask) => void editing.paint(mask, clip.shown.peek()?.frame ?? clip.frame.peek()),
      hover: (at) => {
        hovered.value = at;
      },
      zoomed: (scale) => {
        zoomed.value = scale;
      },
    });
    stage = made;
    addEventListener("keyup", letGo);
    const stops = [
      effect(() => {
        if (clip.video.value) made.setPictureSize(clip.video.value);
      }),
      effect(() => made.setPicture(clip.shown.value?.picture ?? null)),
      effect(() => made.setLook(look.value.brightness, look.value.contrast)),
      effect(() => {
        made.tool = editing.tool.value;
        made.brushRadius = editing.brushRadius.value;
        made.colour = things.chosen.value?.colour ?? "#ffffff";
        made.maskToPaint = maskToPaint();
        made.setScene(scene());
      }),
      effect(() => {
        if (clip.video.value && things.masksSeen.value >= 0) things.wantMasks(clip.frame.value);
      }),
    ];
    stops.push(
      effect(() => {
        if (!clip.playing.value && clip.shown.value) verdicts.want(clip.shown.value.frame);
      }),
    );
    return () => {
      for (const stopped of stops) stopped();
      removeEventListener("keyup", letGo);
      made.close();
      stage = null;
    };
  }, []);
  return (
    <div
      ref={host}
      class={`stage tool-${editing.tool.value}`}
      data-frame={clip.shown.value?.frame}
      role="img"
      aria-label={`Frame ${clip.frame.value} of ${clip.lastFrame.value + 1}. W, A, S and D move a cross, Enter clicks there.`}
    />
  );
}

function maskToPaint() {
  const frame = clip.shown.value?.frame;
  const key = things.chosenKey.value;
  return frame === undefined || key === null ? null : (things.maskOf(key, frame)?.mask ?? null);
}

function scene(): Scene {
  const frame = clip.shown.value?.frame ?? -1;
  const { opacity, outlines } = look.value;
  const chosen = things.chosenKey.value;
  const visible = things.present.value.filter(({ key }) => !things.invisible.value.has(key));
  const offer = editing.offered.value;
  const ordered = [...visible].sort((a, b) => Number(a.key === chosen) - Number(b.key === chosen));
  return {
    opacity,
    outlines,
    cross: editing.cross.value,
    verdicts: visible
      .filter(({ key }) => key === chosen && !editing.masksHidden.value)
      .flatMap(({ key, colour }) => verdicts.verdictsAt(key, frame).map((said) => ({ ...said, colour }))),
    masks: editing.masksHidden.value
      ? []
      : ordered.flatMap(({ key, colour }) => {
          const mask = things.maskOf(key, frame)?.mask;
          return mask ? [{ mask, colour, chosen: key === chosen }] : [];
        }),
    extents:
      offer?.frame === frame && offer.key === chosen && !editing.masksHidden.value
        ? offer.extents.map(({ mask }, k) => ({ mask, chosen: k === offer.chosen }))
        : [],
    prompts: ordered.map(({ key, colour }) => ({ ...things.promptAt(key, frame), colour, chosen: key === chosen })),
  };
}
