/** From localisations to points that wait for a verdict. */

import * as api from "../../api/client";
import { asking, go, jobs, noteJob, notice, project, trying } from "../../state/app";
import { JobLine, newest } from "./job-line";
import { More } from "./more";

export function Propose() {
  const job = newest(jobs.value, "proposal");
  const busy = job?.state === "running" || job?.state === "waiting";
  const objects = project.value!.videos.reduce((sum, video) => sum + video.num_objects, 0);
  return (
    <div>
      <h1>Points to verify</h1>
      <p class="dim">
        Each object with clicks, a box, a trace or a mask is followed through its video. On ten frames points are drawn
        that are surely on it, surely off it, and uncertain; people then answer one key per point.
      </p>
      <p class="choices">
        <button
          type="button"
          class="primary"
          disabled={busy || !objects}
          onClick={async () => {
            notice.value = null;
            const { known, twice, people } = asking.peek();
            const started = await trying(api.propose({ gold: known / 100, repeats: twice / 100, overlap: people }));
            if (started) noteJob(started.job);
          }}
        >
          Propose points
        </button>
        {job?.state === "done" && (
          <button type="button" onClick={() => go("verify")}>
            Verify them
          </button>
        )}
      </p>
      <More />
      {!objects && <p class="dim small">Label an object first.</p>}
      {job && <JobLine job={job} />}
    </div>
  );
}
