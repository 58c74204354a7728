/** The keys, and where each can be changed. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ACTIONS, type Action, conflict, keysOf, nameOf, printed } from "../keys";
import { helpShown, keepPreferences, remapped, route } from "../state/app";
import { Icon } from "./icons";

const MOUSE = [
  ["click", "a point on the object"],
  ["right click, Alt-click", "a point beside it"],
  ["drag", "a box"],
  ["wheel, pinch", "zoom at the cursor"],
  ["Space-drag, middle drag", "pan"],
  ["double click", "fit the picture"],
  ["1 to 9", "choose an object"],
] as const;

const close = () => {
  helpShown.value = false;
};

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [changing, setChanging] = useState<string | null>(null);
  const [clash, setClash] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useLayoutEffect(() => {
    if (!changing) return;
    const pressed = (event: KeyboardEvent) => {
      if (["Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      const key = nameOf(event);
      const other = conflict(changing, key, remapped.peek());
      setClash(other ? `${printed(key)} is already “${other.says}”. Change that one first.` : null);
      setChanging(null);
      if (!other) remap(changing, key);
    };
    addEventListener("keydown", pressed, true);
    return () => removeEventListener("keydown", pressed, true);
  }, [changing]);
  const view = route.value.view;
  const shown = ACTIONS.filter((action) => action.where === "everywhere" || action.where === view);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-label="Keys"
      onClose={close}
      onClick={(event) => event.target === dialog.current && close()}
      onKeyDown={(event) => event.key === "?" && !changing && close()}
    >
      <header>
        <h2>Keys</h2>
        <p class="dim">Choose one to change it.</p>
        <button type="button" class="quiet" aria-label="Close" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      {clash && (
        <p class="clash" role="alert">
          {clash}
        </p>
      )}
      <div class="help-keys">
        {shown.map((action) => (
          <Entry
            key={action.id}
            action={action}
            changing={changing === action.id}
            change={() => setChanging(action.id)}
          />
        ))}
        {view === "label" &&
          MOUSE.map(([how, what]) => (
            <p key={how} class="help-entry">
              <span class="mouse">{how}</span>
              <span>{what}</span>
            </p>
          ))}
      </div>
      {Object.keys(remapped.value).length > 0 && (
        <button
          type="button"
          onClick={() => {
            remapped.value = {};
            keepPreferences();
          }}
        >
          As they were
        </button>
      )}
    </dialog>
  );
}

function remap(id: string, key: string): void {
  remapped.value = { ...remapped.peek(), [id]: key };
  keepPreferences();
}

function Entry({ action, changing, change }: { action: Action; changing: boolean; change: () => void }) {
  const keys = keysOf(action.id, remapped.value);
  return (
    <p class="help-entry">
      <button
        type="button"
        class="keys"
        onClick={change}
        aria-label={`${action.says}: ${keys.map(printed).join(" or ")}. Change`}
      >
        {changing ? <em>press a key</em> : keys.map((key) => <kbd key={key}>{printed(key)}</kbd>)}
      </button>
      <span>{action.says}</span>
    </p>
  );
}
