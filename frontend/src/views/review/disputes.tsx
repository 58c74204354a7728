/** What several people said of the same point, side by side; the owner's answer settles it. */

import type { Label, ReviewedPoint, Video } from "../../api/types";
import { called, count } from "../../clock";
import { isOwner } from "../../state/app";
import * as review from "../../state/review";
import { cropImage } from "./images";

const SAID = ["no", "yes", "unsure"] as const;
const MOST = 60;

export function Disputes({ video }: { video: Video }) {
  const listed = review.things.value.flatMap((thing) =>
    (review.points.value.get(thing.key) ?? [])
      .filter((point) => point.answers.length)
      .map((point) => ({ thing, point })),
  );
  return (
    <section>
      <header class="section">
        <h1>{review.onlyDisputed.value ? "Where people disagree" : "Answered points"}</h1>
        <label>
          <input
            type="checkbox"
            checked={review.onlyDisputed.value}
            onChange={(event) => {
              review.onlyDisputed.value = event.currentTarget.checked;
              void review.loadPoints();
            }}
          />{" "}
          disagreements only
        </label>
      </header>
      {listed.length === 0 ? (
        <p class="empty-line">
          {review.onlyDisputed.value
            ? "No point of this video has been answered in two ways."
            : "No point of this video has been answered."}
        </p>
      ) : (
        <ul class="disputes">
          {listed.slice(0, MOST).map(({ thing, point }) => (
            <li key={point.point}>
              {cropImage(video, point.frame, point.x, point.y)}
              <div>
                <p>
                  <b>{called(thing)}</b>{" "}
                  <a href={`#/label/${video.key}/${point.frame}`} class="dim">
                    frame {point.frame}
                  </a>
                </p>
                <Answers point={point} />
                <Settle point={point} />
              </div>
            </li>
          ))}
        </ul>
      )}
      {listed.length > MOST && <p class="dim">and {count(listed.length - MOST, "more point")}</p>}
    </section>
  );
}

function Answers({ point }: { point: ReviewedPoint }) {
  return (
    <table class="said">
      <tbody>
        {point.answers.map(({ by, label, seconds, settles }) => (
          <tr key={`${by} ${settles}`}>
            <th scope="row">{by}</th>
            <td class={`said-${SAID[label]}`}>{SAID[label]}</td>
            <td class="dim">{settles ? "settled" : `${seconds.toFixed(1)} s`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Settle({ point }: { point: ReviewedPoint }) {
  const decided = point.label === null || point.label === 2 ? "undecided" : `counts as ${SAID[point.label]}`;
  return (
    <>
      <p class="dim">{decided}</p>
      {isOwner.value && (
        <p class="settle" role="group" aria-label="Settle">
          {([0, 2, 1] as Label[]).map((label) => (
            <button key={label} type="button" onClick={() => void review.settle(point.point, label)}>
              {SAID[label]}
            </button>
          ))}
        </p>
      )}
    </>
  );
}
