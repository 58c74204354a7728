/** Verify: one point, one key. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Label, Localisation, Task } from "../../api/types";
import { called, duration } from "../../clock";
import { drawLocalisation, drawWhole, drawZoomed, ZOOM } from "../../draw/verify";
import { shownKey, useKeys } from "../../parts/keyboard";
import { go, mayAnswer } from "../../state/app";
import * as verify from "../../state/verify";
import { BatchCard, Finished } from "./cards";
import * as pictures from "./pictures";
import { useThumbs } from "./thumbs";

const IDLE = 20_000;

export function VerifyView() {
  const [pinned, setPinned] = useState(false);
  const [firstOf, setFirstOf] = useState<number | null>(null);
  useEffect(() => {
    if (!mayAnswer.peek()) return;
    void verify.enter();
    return verify.leave;
  }, []);
  useAttention();
  const task = verify.current.value;
  const { tasks } = verify;
  useEffect(() => {
    pictures.want(tasks.value.slice(0, 4));
  }, [tasks.value, pictures.arrivals.value]);
  useEffect(() => {
    if (task && task.object !== seen.object) {
      seen.object = task.object;
      setFirstOf(task.point);
    }
  }, [task]);
  useKeys("verify", () => ({
    yes: () => (verify.card.peek() ? verify.goOn() : verify.answer(1)),
    no: () => verify.answer(0),
    unsure: () => (verify.card.peek() ? verify.goOn() : verify.answer(2)),
    "go-on": verify.card.peek() ? verify.goOn : undefined,
    back: () => void verify.back(),
    undo: () => void verify.back(),
    redo: () => void verify.redo(),
    reopen: verify.card.peek() ? () => void verify.reopen() : undefined,
    localisation: () => {
      setPinned(!(pinned || firstOf === task?.point));
      setFirstOf(null);
    },
  }));
  if (!mayAnswer.value)
    return <p class="empty">You may look at this project. To verify points, ask its owner for the role annotator.</p>;
  if (verify.card.value) return <BatchCard card={verify.card.value} more={tasks.value.length > 0} />;
  if (!verify.queue.value) return <p class="empty">{verify.stopped.value ?? "Fetching points …"}</p>;
  if (!task) return <Finished />;
  return (
    <div class="verify" data-point={task.point} data-drawn={verify.drawn.value === task.point || undefined}>
      <Question task={task} />
      <Pictures task={task} told={pinned || firstOf === task.point} />
      <Answers />
      <Pace />
    </div>
  );
}

/** The object that was asked about last, also across visits of the view: what is meant is shown once for each. */
const seen: { object: number | null } = { object: null };

/** The clock stands still while nobody looks. */
function useAttention(): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const alive = () => {
      clearTimeout(timer);
      timer = setTimeout(verify.pause, IDLE);
      if (!document.hidden) setTimeout(verify.resume); // after the view's own keys: one that ends a pause answers nothing
    };
    const hidden = () => (document.hidden ? verify.pause() : alive());
    const kinds = ["keydown", "pointerdown", "pointermove", "wheel"] as const;
    for (const kind of kinds) addEventListener(kind, alive, { passive: true });
    document.addEventListener("visibilitychange", hidden);
    alive();
    return () => {
      clearTimeout(timer);
      for (const kind of kinds) removeEventListener(kind, alive);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, []);
}

const nameOf = ({ object_name, object_id }: Task) => called({ name: object_name, object_id });

function Question({ task }: { task: Task }) {
  return (
    <header class="question">
      <h1>
        Is this point on{" "}
        <span class="what">
          <i style={{ background: task.colour }} />
          {nameOf(task)}
        </span>
        ?
      </h1>
      {(verify.stopped.value || pictures.trouble.value) && (
        <p class="stopped" role="alert">
          {verify.stopped.value ?? pictures.trouble.value}
          <small>Trying again. Nothing is taken until the server answers.</small>
        </p>
      )}
    </header>
  );
}

function Pictures({ task, told }: { task: Task; told: boolean }) {
  const whole = useRef<HTMLCanvasElement>(null);
  const zoomed = useRef<HTMLCanvasElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState(0);
  useEffect(() => {
    const watched = host.current!;
    const observer = new ResizeObserver(() => setSize(watched.clientWidth + watched.clientHeight / 1e4));
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  const picture = pictures.pictureOf(task);
  // Before the browser paints: the next point is there in the same frame as the key.
  useLayoutEffect(() => {
    if (!picture || !whole.current || !zoomed.current) return;
    const scale = drawWhole(whole.current, picture, task);
    drawZoomed(zoomed.current, picture, task, Math.max(1, scale * ZOOM));
    verify.wasDrawn(task.point);
  }, [task, picture, size, pictures.arrivals.value]);
  const left = picture ? task.x > picture.width / 2 : false;
  return (
    <div ref={host} class={`pictures ${verify.paused.value ? "is-paused" : ""}`}>
      <div class="whole">
        <canvas
          ref={whole}
          role="img"
          aria-label={`Frame ${task.frame}, the point ringed at ${Math.round(task.x)}, ${Math.round(task.y)}`}
        />
        {told && <Meant task={task} left={left} />}
      </div>
      <div class="zoomed">
        <canvas ref={zoomed} role="img" aria-label="Six times zoomed around the point" />
      </div>
      {verify.paused.value && <p class="paused">Paused. Any key goes on.</p>}
    </div>
  );
}

/** The trace, the clicks or the mask that say which object is meant. */
function Meant({ task, left }: { task: Task; left: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [told, setTold] = useState<Localisation | null>(null);
  useEffect(() => {
    setTold(null);
    void verify.localisationOf(task.object).then(setTold);
  }, [task.object]);
  useEffect(() => {
    if (told) pictures.want([told]);
  }, [told]);
  const picture = told && pictures.pictureOf(told);
  pictures.arrivals.value;
  useEffect(() => {
    if (picture && canvas.current) drawLocalisation(canvas.current, picture, told, task.colour);
  });
  if (!told) return null;
  return (
    <figure class={`meant ${left ? "at-left" : "at-right"}`}>
      <canvas ref={canvas} style={{ aspectRatio: picture ? `${picture.width} / ${picture.height}` : "16 / 9" }} />
      <figcaption>
        this {nameOf(task)}, in frame {told.frame} <kbd>{shownKey("localisation")}</kbd>
      </figcaption>
    </figure>
  );
}

const CHOICES: readonly { label: Label; id: string; says: string }[] = [
  { label: 0, id: "no", says: "no" },
  { label: 2, id: "unsure", says: "unsure" },
  { label: 1, id: "yes", says: "yes" },
];

function Answers() {
  const thumbs = useThumbs(verify.answer);
  return (
    <div class="answers" role="group" aria-label="Answer">
      {CHOICES.map(({ label, id, says }) => (
        <button
          key={id}
          type="button"
          class={`answer answer-${id}`}
          disabled={verify.stopped.value !== null}
          {...thumbs(label)}
        >
          <kbd>{shownKey(id)}</kbd>
          {says}
        </button>
      ))}
    </div>
  );
}

function Pace() {
  const { totals, pace } = verify.queue.value!;
  const seconds = verify.lastSeconds.value;
  return (
    <footer class="pace">
      <button type="button" class="quiet" onClick={() => void verify.back()}>
        <kbd>{shownKey("back")}</kbd> back
      </button>
      <button type="button" class="quiet which" onClick={() => go("label")}>
        Label this video
      </button>
      <label class="order">
        Order
        <select
          value={verify.order.value}
          onChange={(event) => verify.changeOrder(event.currentTarget.value === "gain" ? "gain" : "paper")}
        >
          <option value="paper">foreground, background, uncertain</option>
          <option value="gain">most informative first</option>
        </select>
      </label>
      <span class="grow" />
      <progress max={Math.max(1, totals.total)} value={verify.answered.value} aria-label="Points answered" />
      <span>
        <b>{verify.answered.value}</b> / {totals.total}
      </span>
      <span title="Your last answer">{seconds === null ? "–" : `${seconds.toFixed(1)} s`}</span>
      <span title="Your median">
        {pace.median_seconds === null ? "" : `median ${pace.median_seconds.toFixed(1)} s`}
      </span>
      <span title="Answers without a pause or a step back">{pace.streak > 1 ? `${pace.streak} in a row` : ""}</span>
      <span>{pace.eta_seconds === null ? "" : `${duration(pace.eta_seconds)} left`}</span>
    </footer>
  );
}
