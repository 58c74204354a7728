/** Small pictures for lists; they are fetched when they come into view. */

import { frameUrl } from "../../api/client";
import type { Video } from "../../api/types";

const WIDTH = 240;

export function frameImage(video: Video | null, frame: number) {
  if (!video) return <span class="no-picture" />;
  return (
    <img
      loading="lazy"
      decoding="async"
      src={frameUrl(video, frame, Math.min(WIDTH, video.width))}
      width={video.width}
      height={video.height}
      alt={`Frame ${frame} of ${video.name}`}
    />
  );
}

/** A square of the picture around a point. */
export function cropImage(video: Video, frame: number, x: number, y: number, size = 132) {
  const side = Math.max(24, Math.round(Math.min(video.width, video.height) / 4));
  const place = new URLSearchParams(
    Object.entries({ version: video.version, x, y, side, size: 2 * size }).map(([k, v]) => [k, String(v)]),
  );
  return (
    <span class="crop">
      <img
        loading="lazy"
        decoding="async"
        src={`api/videos/${video.key}/crops/${frame}.jpg?${place}`}
        width={size}
        height={size}
        alt={`Around ${Math.round(x)}, ${Math.round(y)} in frame ${frame}`}
      />
      <svg viewBox="-50 -50 100 100" aria-hidden="true">
        <circle r="9" />
      </svg>
    </span>
  );
}
