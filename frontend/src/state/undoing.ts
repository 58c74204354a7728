/** Taking back what was done to the project as a whole; Label and Verify take back what was done in them. */

import * as api from "../api/client";
import type { Undone } from "../api/types";
import { notice, say, trying } from "./app";

const WHAT: Record<string, string> = {
  closing: "who is asked about an object",
  points: "points to verify",
  "pseudo-mask": "masks that were made for points to verify",
  import: "an import",
  video: "a video",
};

export const undo = (): void => void turn(api.undoAction, "Taken back");
export const redo = (): void => void turn(api.redoAction, "Done again");

async function turn(ask: () => Promise<Undone>, says: string): Promise<void> {
  notice.value = null;
  const done = await trying(ask());
  if (!done) return;
  if (done.edit === null) say(new Error("There is nothing left to undo or redo here."));
  else notice.value = `${says}: ${WHAT[done.kind] ?? "an import"}.`;
}
