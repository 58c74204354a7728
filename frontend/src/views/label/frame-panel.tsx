/** What is known of this frame, at the right. */

import { called, count, timecode } from "../../clock";
import { area } from "../../draw/rle";
import { Icon } from "../../parts/icons";
import { shownKey } from "../../parts/keyboard";
import { neighbour } from "../../spans";
import * as clip from "../../state/clip";
import * as editing from "../../state/editing";
import * as things from "../../state/objects";
import { hovered, zoomed } from "./hover";

export function FramePanel() {
  const object = things.chosen.value;
  return (
    <aside class="panel this-frame" aria-label="This frame">
      <h2>This frame</h2>
      {object ? <OfObject name={called(object)} objectKey={object.key} /> : <p class="dim">No object chosen.</p>}
      <NextDoubt />
      <p class="where dim">
        {hovered.value ? `x ${hovered.value.x}, y ${hovered.value.y}` : " "}
        <span>{Math.round(zoomed.value * 100)} %</span>
      </p>
    </aside>
  );
}

function OfObject({ name, objectKey }: { name: string; objectKey: number }) {
  const frame = clip.frame.value;
  const mask = things.maskOf(objectKey, frame);
  const prompt = things.promptAt(objectKey, frame);
  return (
    <>
      <p class="object-name">{name}</p>
      <dl>
        <dt>Mask</dt>
        <dd>{editing.busy.value > 0 ? "…" : mask ? count(area(mask.mask), "pixel") : "none yet"}</dd>
        <dt>Score</dt>
        <dd>{mask ? mask.score.toFixed(2) : "–"}</dd>
      </dl>
      <Lock locked={mask?.locked ?? false} has={mask !== null} prompted={!things.isEmpty(prompt)} />
      <Extents />
      <Prompts objectKey={objectKey} />
      <Consequence />
    </>
  );
}

function Lock({ locked, has, prompted }: { locked: boolean; has: boolean; prompted: boolean }) {
  const why = !locked
    ? "a propagation may change it"
    : prompted
      ? "you said what is here; nothing else changes it"
      : "nothing changes it";
  return (
    <p class="lock">
      <button type="button" aria-pressed={locked} disabled={!has} onClick={() => void editing.toggleLock()}>
        <Icon name={locked ? "lock" : "open"} />
        {locked ? "Locked" : "Not locked"} <kbd>{shownKey("lock")}</kbd>
      </button>
      <small class="dim">{has ? why : "click, draw a box, or paint"}</small>
    </p>
  );
}

function Extents() {
  const offer = editing.offered.value;
  if (!offer || offer.frame !== clip.frame.value || offer.key !== things.chosenKey.value) return null;
  return (
    <p class="offer">
      Extent {offer.chosen + 1} of {offer.extents.length}
      <button type="button" onClick={() => void editing.nextExtent()}>
        Next <kbd>{shownKey("extent")}</kbd>
      </button>
    </p>
  );
}

const SIGNS = ["−", "+", "?"] as const;

function Prompts({ objectKey }: { objectKey: number }) {
  const { points, box, trace, mask } = things.promptAt(objectKey, clip.frame.value);
  if (!points.length && !box && !trace && !mask) return null;
  return (
    <div class="prompts">
      <h3>
        Said here
        <button
          type="button"
          class="quiet"
          aria-label="Clear this frame"
          title={`Clear (${shownKey("clear-frame")})`}
          onClick={() => void editing.clearFrame()}
        >
          <Icon name="bin" />
        </button>
      </h3>
      <ul>
        {box && <li>a box</li>}
        {trace && <li>a trace</li>}
        {mask && <li>a mask</li>}
        {points.map(({ x, y, label }, k) => (
          <li key={`${x} ${y} ${k}`}>
            <b>{SIGNS[label]}</b> {Math.round(x)}, {Math.round(y)}
            <button
              type="button"
              class="quiet"
              aria-label={`Remove the point at ${x}, ${y}`}
              onClick={() => void editing.removePoint(k)}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Which frames a propagation from here will make anew: what the bracket on the timeline shows. */
function Consequence() {
  const spans = editing.bracket.value;
  if (!spans.length) return null;
  const all = spans.map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`)).join(" and ");
  return (
    <p class="dim consequence">
      <kbd>{shownKey("propagate")}</kbd> makes {all.includes(" ") ? "frames" : "frame"} {all} anew
    </p>
  );
}

function NextDoubt() {
  const { doubts } = things.timeline.value;
  const here = doubts.filter((doubt) => doubt.frame === clip.frame.value);
  const next = neighbour(
    doubts.map((doubt) => doubt.frame),
    clip.frame.value,
    1,
  );
  if (!doubts.length) return null;
  return (
    <div class="doubts">
      {here.map((doubt) => (
        <p key={doubt.key} class="doubt">
          {nameOf(doubt.key)}: {doubt.reason}
        </p>
      ))}
      {next !== null && (
        <button type="button" onClick={() => clip.seek(next)}>
          Next doubt {timecode(clip.secondsAt(next))} <kbd>{shownKey("next-doubt")}</kbd>
        </button>
      )}
    </div>
  );
}

function nameOf(key: number): string {
  const object = things.objects.value.find((known) => known.key === key);
  return object ? called(object) : "";
}
