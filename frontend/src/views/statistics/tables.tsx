/** Tables of Statistics; intervals are 95 %. */

import * as api from "../../api/client";
import type { Interval, Statistics } from "../../api/types";
import { called, duration } from "../../clock";
import { mayAnswer, project, trying } from "../../state/app";

const KINDS = ["background", "foreground", "uncertain"] as const;

/** 0.93 with its interval beneath. */
export function Estimate({ of }: { of: Interval | null }) {
  if (!of) return <span class="dim">–</span>;
  return (
    <span class="estimate" title="with a 95 % interval">
      {of.value.toFixed(2)}
      <small class="dim">
        {of.low.toFixed(2)} to {of.high.toFixed(2)}
      </small>
    </span>
  );
}

export function ObjectTable({ of }: { of: Statistics }) {
  const { objects_list: rows, errors_known: errorsKnown } = of;
  const several = (project.value?.videos.length ?? 0) > 1;
  const videoName = (key: number) => project.value?.videos.find((video) => video.key === key)?.name;
  const close = (key: number, closed: boolean) => void trying(api.changeThing(key, { closed }));
  return (
    <div class="scroll">
      <table class="numbers">
        <thead>
          <tr>
            <th scope="col">object</th>
            <th scope="col">answered</th>
            <th scope="col">on it</th>
            <th scope="col">off it</th>
            <th scope="col">undecided</th>
            <th scope="col">precision of its mask</th>
            <th scope="col">recall</th>
            <th scope="col">J</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                {called(row)}
                {several && <small class="dim"> {videoName(row.video)}</small>}
              </th>
              <td>
                {row.answered} / {row.points}
              </td>
              <td>{row.foreground}</td>
              <td>{row.background}</td>
              <td>{row.undecided}</td>
              <td>
                <Estimate of={row.quality?.precision ?? null} />
              </td>
              <td>
                <Estimate of={row.quality?.recall ?? null} />
              </td>
              <td>
                <Estimate of={row.quality?.j ?? null} />
              </td>
              <td class="advice">
                <Advice row={row} close={(closed) => close(row.key, closed)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="dim small">
        Precision, recall and J of the proposed masks are estimated from the verdicts, with 95 % intervals.{" "}
        {errorsKnown
          ? "Errors of annotators are in them, as far as points that were judged twice tell."
          : "Errors of annotators are not in them: too few points were judged twice. More, under Propose points, has some asked twice, or of several people."}
      </p>
    </div>
  );
}

/** Whether it is worth asking on about an object. */
function Advice({ row, close }: { row: Statistics["objects_list"][number]; close: (closed: boolean) => void }) {
  if (row.answered >= row.points) return <span class="dim">done</span>;
  if (row.closed)
    return (
      <>
        <span class="dim">nobody is asked</span>
        {mayAnswer.value && (
          <button type="button" onClick={() => close(false)}>
            Ask again
          </button>
        )}
      </>
    );
  if (!row.may_stop) return null;
  return (
    <>
      enough is known
      {mayAnswer.value && (
        <button type="button" onClick={() => close(true)}>
          Stop asking{row.seconds_saved ? `, save ${duration(row.seconds_saved)}` : ""}
        </button>
      )}
    </>
  );
}

export function AnnotatorTable({
  rows,
  agreement,
}: {
  rows: Statistics["by_annotator"];
  agreement: Statistics["agreement"];
}) {
  const kappa = agreement.cohen ?? agreement.fleiss;
  return (
    <>
      <div class="scroll">
        <table class="numbers">
          <thead>
            <tr>
              <th scope="col">who</th>
              <th scope="col">answers</th>
              <th scope="col">median</th>
              <th scope="col">
                nine in
                <br />
                ten under
              </th>
              <th scope="col">time</th>
              <th scope="col">sensitivity</th>
              <th scope="col">specificity</th>
              <th scope="col">
                repeats
                <br />
                agree
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                <td>{row.answers.toLocaleString("en-GB")}</td>
                <td>{row.median.toFixed(2)} s</td>
                <td>{row.p90.toFixed(2)} s</td>
                <td>{duration(row.seconds)}</td>
                <td>
                  <Estimate of={row.sensitivity} />
                </td>
                <td>
                  <Estimate of={row.specificity} />
                </td>
                <td>
                  <Estimate of={row.repeat_agreement} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="dim small">
        {rows.some((row) => row.gold_n)
          ? "Sensitivity and specificity are from hidden points whose answer is known. "
          : ""}
        {kappa &&
          `${agreement.cohen ? "Cohen's" : "Fleiss'"} kappa ${kappa.value.toFixed(2)} (${kappa.low.toFixed(2)} to ${kappa.high.toFixed(2)}).`}
      </p>
    </>
  );
}

export function KindTable({ rows }: { rows: Statistics["by_kind"] }) {
  return (
    <table class="numbers">
      <thead>
        <tr>
          <th scope="col">candidates</th>
          <th scope="col">answers</th>
          <th scope="col">median</th>
          <th scope="col">nine in ten under</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.kind}>
            <th scope="row">{KINDS[row.kind]}</th>
            <td>{row.answers.toLocaleString("en-GB")}</td>
            <td>{row.answers ? `${row.median.toFixed(2)} s` : "–"}</td>
            <td>{row.answers ? `${row.p90.toFixed(2)} s` : "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
