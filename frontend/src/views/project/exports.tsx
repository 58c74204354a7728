/** Everything in every format the package writes. */

import { useEffect, useState } from "preact/hooks";
import * as api from "../../api/client";
import type { FormatOut } from "../../api/types";
import { jobs, noteJob, notice, trying } from "../../state/app";
import { JobLine, newest } from "./job-line";

export function Exports() {
  const [formats, setFormats] = useState<readonly FormatOut[]>([]);
  const [what, setWhat] = useState<"points" | "masks">("points");
  const [chosen, setChosen] = useState<{ points: string; masks: string }>({ points: "point-vos", masks: "davis" });
  useEffect(() => {
    void trying(api.formats()).then((found) => found && setFormats(found.formats));
  }, []);
  const fitting = formats.filter(
    (format) => format.writable && (what === "points" ? format.holds_points : format.holds_masks),
  );
  const format = fitting.find(({ name }) => name === chosen[what]) ?? fitting[0];
  const job = newest(jobs.value, "export");
  return (
    <div>
      <h1>Export</h1>
      <div class="form">
        <label>
          What
          <select
            value={what}
            onChange={(event) => setWhat(event.currentTarget.value === "masks" ? "masks" : "points")}
          >
            <option value="points">verified points</option>
            <option value="masks">masks</option>
          </select>
        </label>
        <label>
          Format
          <select
            value={format?.name}
            onChange={(event) => setChosen({ ...chosen, [what]: event.currentTarget.value })}
          >
            {fitting.map(({ name, title }) => (
              <option key={name} value={name}>
                {title.split(":")[0] || name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="primary"
          disabled={!format || job?.state === "running"}
          onClick={async () => {
            notice.value = null;
            const started = format && (await trying(api.startExport(format.name, what)));
            if (started) noteJob(started.job);
          }}
        >
          Export
        </button>
      </div>
      {job && <JobLine job={job} />}
      {job?.state === "done" && (
        <p>
          <a class="button" href={api.downloadUrl(job.id)} download>
            Download {job.result?.file_name ?? ""}
          </a>
        </p>
      )}
    </div>
  );
}
