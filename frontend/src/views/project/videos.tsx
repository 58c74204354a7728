/** The videos, and where new ones are dropped. */

import { useRef, useState } from "preact/hooks";
import * as api from "../../api/client";
import type { Video } from "../../api/types";
import { timecode } from "../../clock";
import { chosen, dropped, type Parcel } from "../../folders";
import { mayAnswer, noteJob, notice, project, refreshProject, say, trying } from "../../state/app";

interface Kind {
  accept?: string;
  webkitdirectory?: boolean;
}

const isZip = ({ name }: File): boolean => name.toLowerCase().endsWith(".zip");

export function Videos() {
  const { videos, name } = project.value!;
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const send = async (given: Promise<readonly Parcel[]>) => {
    notice.value = null;
    for (const parcel of (await trying(given)) ?? []) {
      try {
        const file = await parcel();
        const progress = (share: number) => setSending({ name: file.name, share });
        progress(0);
        if (isZip(file)) noteJob((await api.importZip(file, null, progress)).job);
        else await api.upload(file, progress);
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
        <p class="empty-line">Drop videos, a folder or a zipped data set here to begin.</p>
      )}
      {sending && (
        <p class="sending">
          <progress max={1} value={sending.share} aria-label={`Sending ${sending.name}`} /> {sending.name}
        </p>
      )}
    </section>
  );
}

function ChooseFiles({ send }: { send: (given: Promise<readonly Parcel[]>) => void }) {
  return (
    <>
      {project.value!.videos.length > 0 && <span class="dim">Drop videos, a folder or a zipped data set here, or</span>}
      <Choose says="Add videos" send={send} accept="video/*,.mkv,.mov,.avi,.webm,.zip" />
      <Choose says="Add a folder" send={send} webkitdirectory />
    </>
  );
}

function Choose({ says, send, ...kind }: Kind & { says: string; send: (given: Promise<readonly Parcel[]>) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => input.current?.click()}>
        {says}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={says}
        {...kind}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          send((async () => chosen(files))());
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
