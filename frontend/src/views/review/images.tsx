/** Small pictures for lists; they are fetched when they come into view. */

import { useEffect, useRef, useState } from "preact/hooks";
import { frameUrl, masks } from "../../api/client";
import type { Video } from "../../api/types";
import { outlinesOf, svgPath } from "../../draw/contours";

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

/** A frame with the outline of what is in doubt there, which is asked for when it comes into view. */
export function Outlined({ video, frame, objectKey }: { video: Video | null; frame: number; objectKey: number }) {
  const host = useRef<HTMLSpanElement>(null);
  const [path, setPath] = useState("");
  useEffect(() => {
    if (!video) return;
    const observer = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      observer.disconnect();
      masks(video.key, frame, frame + 1).then(
        ({ frames }) => {
          const mask = frames[0]?.objects.find(({ key }) => key === objectKey)?.mask;
          if (mask) setPath(svgPath(outlinesOf(mask)));
        },
        () => undefined, // the picture alone says enough
      );
    });
    observer.observe(host.current!);
    return () => observer.disconnect();
  }, [video?.key, frame, objectKey]);
  return (
    <span ref={host} class="outlined">
      {frameImage(video, frame)}
      {path && (
        <svg viewBox={`0 0 ${video!.width} ${video!.height}`} aria-hidden="true">
          <path d={path} />
        </svg>
      )}
    </span>
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
