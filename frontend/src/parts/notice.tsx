/** What went wrong, in one calm line. */

import { live, notice } from "../state/app";
import { Icon } from "./icons";
import { Interrupted } from "./interrupted";

export function Notice() {
  const line = notice.value ?? (live.value ? null : "The studio's server does not answer. Trying again …");
  return (
    <div class="notice" role="status" aria-live="polite">
      {line && (
        <p>
          <span>{line}</span>
          {notice.value && (
            <button
              type="button"
              class="quiet"
              aria-label="Dismiss"
              onClick={() => {
                notice.value = null;
              }}
            >
              <Icon name="close" />
            </button>
          )}
        </p>
      )}
      <Interrupted />
    </div>
  );
}
