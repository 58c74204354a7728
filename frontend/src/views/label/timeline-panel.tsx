/** Time, at the bottom. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import * as api from "../../api/client";
import { called, timecode } from "../../clock";
import { heightFor, TimelineCanvas } from "../../draw/timeline";
import { Icon } from "../../parts/icons";
import { shownKey } from "../../parts/keyboard";
import * as clip from "../../state/clip";
import * as editing from "../../state/editing";
import * as things from "../../state/objects";

export function TimelinePanel() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const canvas = new TimelineCanvas(host.current!, (frame) => {
      clip.pause();
      clip.seek(frame);
    });
    const stops = [
      effect(() => {
        const video = clip.video.value;
        if (!video) return;
        const width = Math.round((80 * video.width) / video.height);
        canvas.setThumbnails(
          (frame) => api.frameUrl(video, frame, Math.min(video.width, width)),
          video.width / video.height,
        );
      }),
      effect(() =>
        canvas.setScene({
          numFrames: clip.lastFrame.value + 1,
          times: clip.times.value,
          rows: rows(),
          doubts: [...new Set(things.timeline.value.doubts.map((doubt) => doubt.frame))],
        }),
      ),
      effect(() => canvas.setPlace({ frame: clip.frame.value, bracket: editing.bracket.value })),
    ];
    return () => {
      for (const stopped of stops) stopped();
      canvas.close();
    };
  }, []);
  const frame = clip.frame.value;
  return (
    <footer class="time">
      <div class="transport">
        <div>
          <button
            type="button"
            class="quiet"
            aria-label={clip.playing.value ? "Pause" : "Play"}
            title={`${clip.playing.value ? "Pause" : "Play"} (${shownKey("play")})`}
            onClick={() => clip.toggle()}
          >
            <Icon name={clip.playing.value ? "pause" : "play"} />
          </button>
          <button
            type="button"
            class="quiet"
            aria-label="Previous frame"
            title={`Previous frame (${shownKey("previous")})`}
            onClick={() => clip.step(-1)}
          >
            <Icon name="back" />
          </button>
          <button
            type="button"
            class="quiet"
            aria-label="Next frame"
            title={`Next frame (${shownKey("next")})`}
            onClick={() => clip.step(1)}
          >
            <Icon name="forward" />
          </button>
        </div>
        <p>
          frame <FrameNumber frame={frame} /> / {clip.lastFrame.value + 1}
        </p>
        <p>{timecode(clip.secondsAt(frame))}</p>
      </div>
      <div
        ref={host}
        class="timeline"
        style={{ height: `${Math.min(heightFor(things.present.value.length), 190)}px` }}
        role="slider"
        tabIndex={0}
        aria-label="Frame"
        aria-valuemin={0}
        aria-valuemax={clip.lastFrame.value}
        aria-valuenow={frame}
        aria-valuetext={`frame ${frame}, ${timecode(clip.secondsAt(frame))}`}
      />
    </footer>
  );
}

/** Where one is; typing another number goes there. */
function FrameNumber({ frame }: { frame: number }) {
  return (
    <input
      class="frame-number"
      inputMode="numeric"
      aria-label="Frame number"
      size={Math.max(2, String(clip.lastFrame.value).length)}
      value={frame}
      onFocus={(event) => event.currentTarget.select()}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
      }}
      onBlur={(event) => {
        const wanted = Number(event.currentTarget.value);
        if (Number.isFinite(wanted)) clip.seek(wanted);
        event.currentTarget.value = String(clip.frame.peek());
      }}
    />
  );
}

const rows = () =>
  things.present.value.map((object) => {
    const row = things.timeline.value.objects.find((found) => found.key === object.key);
    return {
      key: object.key,
      name: called(object),
      colour: object.colour,
      chosen: object.key === things.chosenKey.value,
      known: row?.known ?? [],
      present: row?.present ?? [],
      score: row?.score ?? [],
      locked: row?.locked ?? [],
      prompts: row?.prompts ?? [],
      points: row?.points ?? [],
    };
  });
