/** Between batches, and at the end. */

import { count } from "../../clock";
import { shownKey } from "../../parts/keyboard";
import { go } from "../../state/app";
import * as verify from "../../state/verify";

const KINDS = ["background", "foreground", "uncertain"] as const;

export function BatchCard({ card, more }: { card: verify.Card; more: boolean }) {
  const waiting = verify.onTheWay.value.length > 0;
  return (
    <section class="card" aria-live="polite">
      <h1>
        {count(card.done, `${KINDS[card.kind]} point`)} done
        {card.skipped > 0 && `, ${card.skipped} skipped as duplicates`}
      </h1>
      <p class="dim">of {card.name}</p>
      <div class="choices">
        <button type="button" class="primary" onClick={verify.goOn} autofocus>
          {more ? "Go on" : "Done"} <kbd>{shownKey("yes")}</kbd>
        </button>
        <button type="button" disabled={waiting} onClick={() => void verify.back()}>
          Back to the last point <kbd>{shownKey("back")}</kbd>
        </button>
        <button type="button" disabled={waiting} onClick={() => void verify.reopen()}>
          Reopen this batch <kbd>{shownKey("reopen")}</kbd>
        </button>
      </div>
    </section>
  );
}

export function Finished() {
  const { totals } = verify.queue.value!;
  const none = totals.total === 0;
  return (
    <section class="card">
      <h1>{none ? "No points to verify yet" : "Every point is answered"}</h1>
      <p class="dim">
        {none
          ? "Label an object, then let the project propose points."
          : `${count(totals.answered, "point")}. Thank you.`}
      </p>
      <div class="choices">
        <button type="button" class="primary" onClick={() => go(none ? "project" : "statistics")}>
          {none ? "To the project" : "To the statistics"}
        </button>
        {!none && (
          <button type="button" onClick={() => void verify.back()}>
            Back to the last point <kbd>{shownKey("back")}</kbd>
          </button>
        )}
      </div>
    </section>
  );
}
