/** What was cut off with the server, and how to go on. */

import type { Job } from "../api/types";
import { goOn, interrupted, letGo, mayAnswer, project } from "../state/app";

const DOING = {
  propagation: "propagating",
  proposal: "proposing points",
  import: "importing",
  export: "exporting",
};

export function Interrupted() {
  const job = interrupted.value.at(-1);
  if (!job || !mayAnswer.value) return null;
  return (
    <p>
      <span>{line(job)}</span>
      {job.can_go_on && (
        <button type="button" class="primary" onClick={() => void goOn(job)}>
          Go on
        </button>
      )}
      <button type="button" onClick={() => void letGo(job)}>
        {job.can_go_on ? "Leave it" : "All right"}
      </button>
    </p>
  );
}

function line({ kind, video, can_go_on: can }: Job): string {
  const name = project.value?.videos.find(({ key }) => key === video)?.name;
  const what = `${DOING[kind]}${name ? ` through ${name}` : ""}`;
  return `The studio was stopped while it was ${what}. What was done by then is kept.${can ? "" : " Begin it anew where it is needed."}`;
}
