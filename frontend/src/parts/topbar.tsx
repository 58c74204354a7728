/** Project, video, views, when everything was last on the disk, the keys, and who is here. */

import { duration, timeOfDay } from "../clock";
import { Turns } from "./turns";
import {
  currentVideo,
  go,
  helpShown,
  jobs,
  leave,
  live,
  me,
  project,
  route,
  savedAt,
  VIEWS,
  type ViewName,
} from "../state/app";

const TITLES: Record<ViewName, string> = {
  project: "Project",
  label: "Label",
  verify: "Verify",
  review: "Review",
  statistics: "Statistics",
};

export function TopBar() {
  const now = project.value?.videos.length ? route.value.view : "project";
  return (
    <header class="topbar">
      <a class="brand" href="#/project">
        pointreel
      </a>
      <VideoChoice />
      <nav aria-label="Views">
        {VIEWS.map((view) => (
          <a
            key={view}
            href={`#/${view}${currentVideo.value ? `/${currentVideo.value.key}` : ""}`}
            aria-current={now === view ? "page" : undefined}
          >
            {TITLES[view]}
          </a>
        ))}
      </nav>
      <span class="grow" />
      <Working />
      <Turns />
      <span class="saved" title="The last change that is on the disk">
        {!live.value ? "not connected" : savedAt.value ? `saved ${timeOfDay(savedAt.value)}` : "nothing to save yet"}
      </span>
      <button
        type="button"
        class="quiet"
        aria-label="Keys of this view"
        title="Keys of this view (?)"
        onClick={() => {
          helpShown.value = !helpShown.value;
        }}
      >
        ?
      </button>
      <User />
    </header>
  );
}

function VideoChoice() {
  const videos = project.value?.videos ?? [];
  const now = currentVideo.value;
  if (!now) return <span class="videos">{project.value?.name}</span>;
  if (videos.length === 1)
    return (
      <span class="videos" title={now.name}>
        {now.name}
      </span>
    );
  return (
    <select
      class="videos"
      aria-label="Video"
      value={String(now.key)}
      onChange={(event) =>
        go(route.value.view === "label" ? "label" : route.value.view, Number(event.currentTarget.value))
      }
    >
      {videos.map((video) => (
        <option key={video.key} value={String(video.key)}>
          {video.name}
        </option>
      ))}
    </select>
  );
}

const DOING = { propagation: "propagating", proposal: "proposing points", import: "importing", export: "exporting" };

/** What runs in the background, whichever view is open. */
function Working() {
  const job = [...jobs.value.values()].find(({ state }) => state === "running" || state === "waiting");
  if (!job) return null;
  const share = job.total > 0 ? job.done / job.total : 0;
  return (
    <span class="working">
      <progress max={1} value={share} aria-label={DOING[job.kind]} />
      {DOING[job.kind]}
      {job.eta_seconds !== null && job.eta_seconds > 1 && `, ${duration(job.eta_seconds)} left`}
    </span>
  );
}

function User() {
  const { user, login_required } = me.value ?? { user: null, login_required: false };
  if (!user) return null;
  return (
    <span class="user">
      {user.name}
      {user.role !== "owner" && <small> {user.role}</small>}
      {login_required && (
        <button type="button" class="quiet" onClick={() => void leave()}>
          Sign out
        </button>
      )}
    </span>
  );
}
