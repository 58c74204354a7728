/** The videos, and where new ones are dropped. */

import { useRef, useState } from "preact/hooks";
import * as api from "../../api/client";
import type { Video } from "../../api/types";
import { timecode } from "../../clock";
import { mayAnswer, noteJob, notice, project, refreshProject, say } from "../../state/app";

const isZip = ({ name }: File): boolean => name.toLowerCase().endsWith(".zip");

/** Files that were dropped; a browser does not hand over what is in a folder. */
function dropped(data: DataTransfer | null): File[] {
  const items = [...(data?.items ?? [])];
  const folder = items.map((item) => item.webkitGetAsEntry()).find((entry) => entry?.isDirectory);
  if (!folder) return [...(data?.files ?? [])];
  say(new Error(`${folder.name} is a folder: drop the files in it, drop it as a zip file, or name its path below.`));
  return [];
}

export function Videos() {
  const { videos, name } = project.value!;
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const send = async (files: readonly File[]) => {
    notice.value = null;
    for (const file of files) {
      setSending({ name: file.name, share: 0 });
      try {
        if (isZip(file)) noteJob((await api.importZip(file, null)).job);
        else await api.upload(file, (share) => setSending({ name: file.name, share }));
      } catch (error) {
        say(error);
      }
    }
    setSending(null);
    await refreshProject();
  };
  return (
    <section
      class={`drop ${over ? "is-over" : ""} ${videos.length ? "" : "is-empty"}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(mayAnswer.peek());
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (mayAnswer.peek()) void send(dropped(event.dataTransfer));
      }}
    >
      <header class="section">
        <h1>{name}</h1>
        {mayAnswer.value && <ChooseFiles send={send} />}
      </header>
      {videos.length ? (
        <Table videos={videos} />
      ) : (
        <p class="empty-line">Drop videos or a zipped data set here to begin, or name a folder below.</p>
      )}
      {sending && (
        <p class="sending">
          <progress max={1} value={sending.share} aria-label={`Sending ${sending.name}`} /> {sending.name}
        </p>
      )}
    </section>
  );
}

function ChooseFiles({ send }: { send: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      {project.value!.videos.length > 0 && <span class="dim">Drop videos or a zipped data set here, or</span>}
      <button type="button" onClick={() => input.current?.click()}>
        Add videos
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept="video/*,.mkv,.mov,.avi,.webm,.zip"
        onChange={(event) => {
          send([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

function Table({ videos }: { videos: readonly Video[] }) {
  return (
    <div class="scroll videos-list">
      <table class="numbers videos-table">
        <thead>
          <tr>
            <th scope="col">video</th>
            <th scope="col">frames</th>
            <th scope="col">length</th>
            <th scope="col">size</th>
            <th scope="col">objects</th>
            <th scope="col">points answered</th>
          </tr>
        </thead>
        <tbody>
          {videos.map((video) => (
            <tr key={video.key}>
              <th scope="row">
                <a href={`#/label/${video.key}`}>
                  {video.state === "ok" ? (
                    <img
                      loading="lazy"
                      src={api.frameUrl(video, 0, Math.min(96, video.width))}
                      width={video.width}
                      height={video.height}
                      alt=""
                    />
                  ) : (
                    <span class="no-picture" />
                  )}
                  <span>{video.name}</span>
                </a>
                {video.state !== "ok" && <p class="trouble">{video.message}</p>}
              </th>
              <td>{video.num_frames.toLocaleString("en-GB")}</td>
              <td>{timecode(video.duration)}</td>
              <td>
                {video.width} × {video.height}
              </td>
              <td>{video.num_objects}</td>
              <td>
                {video.num_points
                  ? `${video.num_answered.toLocaleString("en-GB")} / ${video.num_points.toLocaleString("en-GB")}`
                  : "–"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
