/** Review: the worst first, each one click from Label. */

import { useEffect } from "preact/hooks";
import * as api from "../../api/client";
import { called, count } from "../../clock";
import { useTurns } from "../../parts/turns";
import { currentVideo, isOwner, project } from "../../state/app";
import * as review from "../../state/review";
import { Disputes } from "./disputes";
import { Outlined } from "./images";
import { Overview } from "./overview";

export function ReviewView() {
  const video = currentVideo.value;
  useEffect(() => {
    void review.loadItems();
    void review.loadAnnotators();
  }, []);
  useEffect(() => {
    if (video) void review.loadVideo(video.key);
  }, [video?.key]);
  useTurns(
    isOwner.value,
    () => void review.unsettle(api.undoSettlement),
    () => void review.unsettle(api.redoSettlement),
  );
  if (!video) return null;
  return (
    <div class="page">
      <section>
        <header class="section">
          <h1>Look here first</h1>
          <Filters />
        </header>
        <Worst />
      </section>
      <Overview video={video} />
      {isOwner.value && <Disputes video={video} />}
    </div>
  );
}

function Filters() {
  if (review.annotators.value.length < 2) return null;
  return (
    <label>
      Answers by{" "}
      <select
        value={review.annotator.value}
        onChange={(event) => {
          review.annotator.value = event.currentTarget.value;
          void review.loadItems();
          void review.loadPoints();
        }}
      >
        <option value="">everybody</option>
        {review.annotators.value.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function Worst() {
  const items = review.items.value;
  if (!items) return <p class="dim">Looking …</p>;
  if (!items.length)
    return (
      <p class="empty-line">
        Nothing is in doubt: no frame with low confidence, a jump, or a verified point that disagrees with its mask.
      </p>
    );
  return (
    <>
      <p class="dim">{count(items.length, "frame")}, the most doubtful first. A click opens the frame in Label.</p>
      <ol class="strip">
        {items.map((item) => (
          <li key={`${item.video} ${item.key} ${item.frame} ${item.reason}`}>
            <a href={`#/label/${item.video}/${item.frame}`}>
              <Outlined video={videoOf(item.video)} frame={item.frame} objectKey={item.key} />
              <span class="doubt-bar">
                <i style={{ width: `${Math.round(100 * Math.min(1, item.doubt))}%` }} />
              </span>
              <b>{called({ name: item.object_name, object_id: item.object_id })}</b>
              <span class="dim">
                {project.value!.videos.length > 1 && `${videoOf(item.video)?.name}, `}frame {item.frame}
              </span>
              <span>{item.reason}</span>
            </a>
          </li>
        ))}
      </ol>
    </>
  );
}

const videoOf = (key: number) => project.value?.videos.find((video) => video.key === key) ?? null;
