/** Videos, folders and data sets that are on the server's machine, or in a zip on this one. */

import { useEffect, useState } from "preact/hooks";
import * as api from "../../api/client";
import type { FormatOut, Job } from "../../api/types";
import { jobs, me, noteJob, notice, refreshProject, trying } from "../../state/app";
import { JobLine, newest } from "./job-line";

export function Imports() {
  const [formats, setFormats] = useState<readonly FormatOut[]>([]);
  const [path, setPath] = useState("");
  const [format, setFormat] = useState("");
  const job = newest(jobs.value, "import");
  useEffect(() => {
    void trying(api.formats()).then((found) => found && setFormats(found.formats));
  }, []);
  useEffect(() => {
    if (job?.state === "done") void refreshProject();
  }, [job?.state]);
  const begin = async (work: Promise<{ job: Job }>) => {
    notice.value = null;
    const started = await trying(work);
    if (started) noteJob(started.job);
  };
  return (
    <div>
      <h1>Import</h1>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void begin(api.importPath(path, format || null));
        }}
      >
        {!me.value?.login_required && (
          <label class="wide">
            A video, a folder of videos, or a data set on this machine
            <input value={path} required placeholder="path" onInput={(event) => setPath(event.currentTarget.value)} />
          </label>
        )}
        <label>
          Format
          <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
            <option value="">as it is found</option>
            {formats.map(({ name, title }) => (
              <option key={name} value={name}>
                {title.split(":")[0] || name}
              </option>
            ))}
          </select>
        </label>
        {!me.value?.login_required && (
          <button type="submit" disabled={!path}>
            Import
          </button>
        )}
        <label class="file">
          or a zip file
          <input
            type="file"
            accept=".zip"
            onChange={(event) => {
              const zip = event.currentTarget.files?.[0];
              if (zip) void begin(api.importZip(zip, format || null));
              event.currentTarget.value = "";
            }}
          />
        </label>
      </form>
      {job && <JobLine job={job} />}
    </div>
  );
}
