/** How far a job is, and how to stop it. */

import * as api from "../../api/client";
import type { Job } from "../../api/types";
import { count, duration } from "../../clock";
import { say } from "../../state/app";

export function newest(jobs: ReadonlyMap<string, Job>, kind: Job["kind"]): Job | null {
  return [...jobs.values()].filter((job) => job.kind === kind).at(-1) ?? null;
}

export function JobLine({ job }: { job: Job }) {
  if (job.state === "running" || job.state === "waiting")
    return (
      <p class="job">
        <progress max={Math.max(1, job.total)} value={job.done} aria-label={job.kind} />
        <span>
          {job.message || job.state}
          {job.eta_seconds !== null && `, ${duration(job.eta_seconds)} left`}
        </span>
        <button type="button" onClick={() => void api.cancel(job.id).catch(say)}>
          Stop
        </button>
      </p>
    );
  return (
    <div class={`job job-${job.state}`}>
      <p>{summary(job)}</p>
      {job.result?.problems?.map((problem) => (
        <p key={problem} class="trouble">
          {problem}
        </p>
      ))}
      {job.result?.lost?.map(({ what, count: times, first }) => (
        <p key={what} class="dim small">
          Left out: {what}, {count(times, "time")}; first {first}
        </p>
      ))}
    </div>
  );
}

function summary({ state, kind, message, result }: Job): string {
  if (state === "cancelled") return "Stopped; what was done is kept.";
  if (state === "interrupted") return "Cut off with the server; what was done is kept.";
  if (state === "failed") return message || "It failed.";
  const told = [
    result?.videos?.length && count(result.videos.length, "video"),
    result?.objects && count(result.objects, "object"),
    result?.points && count(result.points, "point"),
    result?.masks && count(result.masks, "mask"),
  ].filter(Boolean);
  return `${kind === "proposal" ? "Proposed" : kind === "import" ? "Imported" : "Written"}: ${told.join(", ") || message || "done"}.`;
}
