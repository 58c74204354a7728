/** Project: its videos, what comes in, what goes out, and who works on it. */

import { useEffect } from "preact/hooks";
import { useTurns } from "../../parts/turns";
import { isOwner, mayAnswer, project, refreshProject } from "../../state/app";
import * as undoing from "../../state/undoing";
import { Exports } from "./exports";
import { Imports } from "./imports";
import { People } from "./people";
import { Propose } from "./propose";
import { Videos } from "./videos";

export function ProjectView() {
  useEffect(() => {
    void refreshProject();
  }, []);
  useTurns(mayAnswer.value, undoing.undo, undoing.redo);
  return (
    <div class="page">
      <Videos />
      {project.value!.videos.length > 0 && mayAnswer.value && (
        <section class="columns">
          <Propose />
          <Exports />
        </section>
      )}
      {isOwner.value && (
        <section class="columns">
          <Imports />
          <People />
        </section>
      )}
    </div>
  );
}
