/** The video's objects through time: presence, confidence, locks, points. A click opens the frame in Label. */

import { useEffect, useRef } from "preact/hooks";
import { frameUrl } from "../../api/client";
import type { Video } from "../../api/types";
import { called } from "../../clock";
import { heightFor, TimelineCanvas } from "../../draw/timeline";
import { go } from "../../state/app";
import * as review from "../../state/review";

export function Overview({ video }: { video: Video }) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<TimelineCanvas | null>(null);
  useEffect(() => {
    const made = new TimelineCanvas(host.current!, (frame) => go("label", video.key, frame), true);
    const width = Math.round((80 * video.width) / video.height);
    made.setThumbnails((frame) => frameUrl(video, frame, Math.min(video.width, width)), video.width / video.height);
    canvas.current = made;
    return () => made.close();
  }, [video.key]);
  const things = review.things.value;
  const timeline = review.timeline.value;
  useEffect(() => {
    canvas.current?.setScene({
      numFrames: video.num_frames,
      times: [],
      rows: things.map(({ key, ...thing }) => ({
        name: called(thing),
        colour: thing.colour,
        chosen: false,
        ...(timeline.objects.find((row) => row.key === key) ?? {
          key,
          known: [],
          present: [],
          score: [],
          locked: [],
          prompts: [],
          points: [],
        }),
      })),
      doubts: [...new Set(timeline.doubts.map((doubt) => doubt.frame))],
    });
  }, [things, timeline, video.key]);
  return (
    <section>
      <header class="section">
        <h1>{video.name}</h1>
        <p class="legend dim">
          bar: the object is there, as high as it is confident · ◆ said by a person · ◇ locked · ▾ doubtful · ticks:
          points
        </p>
      </header>
      <div
        ref={host}
        class="timeline"
        style={{ height: `${heightFor(things.length)}px` }}
        role="img"
        aria-label={`Objects of ${video.name} through time`}
      />
      {things.length === 0 && <p class="empty-line">No objects yet.</p>}
    </section>
  );
}
