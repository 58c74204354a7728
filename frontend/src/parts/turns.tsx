/** Undo and redo of a view that has no tools of its own: by their keys, and by two buttons for those without keys. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Icon } from "./icons";
import { shownKey, useKeys } from "./keyboard";

interface Turning {
  undo: () => void;
  redo: () => void;
}

const turning = signal<Turning | null>(null);

/** What undo and redo do while a view is open; nothing for those who may change nothing in it. */
export function useTurns(may: boolean, undo: () => void, redo: () => void): void {
  useKeys("everywhere", () => (may ? { undo, redo } : {}));
  useEffect(() => {
    turning.value = may ? { undo, redo } : null;
    return () => {
      turning.value = null;
    };
  }, [may]);
}

export function Turns() {
  const now = turning.value;
  if (!now) return null;
  return (
    <span class="turns">
      <button type="button" class="quiet" aria-label="Undo" title={`Undo (${shownKey("undo")})`} onClick={now.undo}>
        <Icon name="undo" />
      </button>
      <button type="button" class="quiet" aria-label="Redo" title={`Redo (${shownKey("redo")})`} onClick={now.redo}>
        <Icon name="redo" />
      </button>
    </span>
  );
}
