/** Statistics: how much is done, at what pace, by whom, how good, and what it would have cost as masks. */

import { useEffect, useState } from "preact/hooks";
import * as api from "../../api/client";
import { on } from "../../api/events";
import type { Statistics } from "../../api/types";
import { duration } from "../../clock";
import { useTurns } from "../../parts/turns";
import { mayAnswer, trying } from "../../state/app";
import * as undoing from "../../state/undoing";
import { Figures } from "./figures";
import { AnnotatorTable, KindTable, ObjectTable } from "./tables";

export function StatisticsView() {
  const [known, setKnown] = useState<Statistics | null>(null);
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const load = () => void trying(api.statistics()).then((found) => found && setKnown(found));
    load();
    const stop = on("points", () => {
      clearTimeout(due);
      due = setTimeout(load, 400);
    });
    return () => {
      stop();
      clearTimeout(due);
    };
  }, []);
  useTurns(mayAnswer.value, undoing.undo, undoing.redo);
  if (!known) return <p class="empty">Counting …</p>;
  return (
    <div class="page">
      <Headline known={known} />
      {known.points === 0 ? (
        <p class="empty-line">No points yet. Propose some in Project, and answer them in Verify.</p>
      ) : (
        <>
          <section>
            <h1>Objects</h1>
            <ObjectTable of={known} />
          </section>
          <section class="columns">
            <div>
              <h1>People</h1>
              <AnnotatorTable rows={known.by_annotator} agreement={known.agreement} />
            </div>
            <div>
              <h1>Seconds per point</h1>
              <KindTable rows={known.by_kind} />
            </div>
          </section>
          <Figures />
        </>
      )}
    </div>
  );
}

function Headline({ known }: { known: Statistics }) {
  const { dense_equivalent: dense, seconds } = known;
  const saved = dense.seconds > 0 && seconds > 0 ? dense.seconds / seconds : null;
  return (
    <section class="headline" aria-label="In short">
      <Figure value={`${known.objects_done} / ${known.objects}`} says="objects done" />
      <Figure
        value={`${known.points_done.toLocaleString("en-GB")} / ${known.points.toLocaleString("en-GB")}`}
        says="points answered"
      />
      <Figure
        value={known.points_done ? `${known.median.toFixed(2)} s` : "–"}
        says={known.points_done ? `median per point; nine in ten under ${known.p90.toFixed(1)} s` : "median per point"}
      />
      <Figure value={duration(seconds)} says="of work so far" />
      <Figure
        value={duration(dense.seconds)}
        says={`as ${dense.masks} dense masks${saved ? `, ${saved.toFixed(saved < 10 ? 1 : 0)} times as long` : ""}`}
      />
      <Figure value={known.eta_seconds === null ? "–" : duration(known.eta_seconds)} says="of work left at this pace" />
    </section>
  );
}

function Figure({ value, says }: { value: string; says: string }) {
  return (
    <p>
      <b>{value}</b>
      <span class="dim">{says}</span>
    </p>
  );
}
