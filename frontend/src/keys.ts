/** Every key of the studio in one table: shown by `?`, remapped there, and looked up here. */

export type Where = "everywhere" | "label" | "verify";

export interface Action {
  id: string;
  where: Where;
  says: string;
  keys: readonly string[];
  /** Goes on while the key is held. */
  repeats?: boolean;
}

const action = (where: Where, id: string, keys: string, says: string, repeats = false): Action => ({
  id,
  where,
  says,
  keys: keys.split(" "),
  repeats,
});

export const ACTIONS: readonly Action[] = [
  action("everywhere", "help", "?", "show or hide the keys"),
  action("everywhere", "undo", "Ctrl+Z", "undo", true),
  action("everywhere", "redo", "Ctrl+Shift+Z Ctrl+Y", "redo", true),

  action("label", "propagate", "P", "propagate both ways"),
  action("label", "propagate-forward", "Shift+P", "propagate forward"),
  action("label", "propagate-backward", "Ctrl+P", "propagate backward"),
  action("label", "propagate-to", "Alt+P", "propagate from the last prompted frame to here"),
  action("label", "stop", "Escape", "stop and keep what is done; leave a tool"),
  action("label", "take-back", "Z", "take the last propagation back"),
  action("label", "extent", "Tab", "next extent, when a click is ambiguous"),
  action("label", "lock", "L", "lock or unlock this frame"),
  action("label", "foreground", "+", "clicks are on the object"),
  action("label", "background", "-", "clicks are beside the object"),
  action("label", "trace", "T", "mouse trace"),
  action("label", "brush", "B", "brush"),
  action("label", "eraser", "E", "eraser"),
  action("label", "smaller", "{", "smaller brush", true),
  action("label", "larger", "}", "larger brush", true),
  action("label", "new-object", "N", "new object"),
  action("label", "clear-frame", "Delete", "clear the prompts of this frame"),
  action("label", "next", "ArrowRight", "next frame", true),
  action("label", "previous", "ArrowLeft", "previous frame", true),
  action("label", "next-ten", "Shift+ArrowRight", "ten frames on", true),
  action("label", "previous-ten", "Shift+ArrowLeft", "ten frames back", true),
  action("label", "first", "Home", "first frame"),
  action("label", "last", "End", "last frame"),
  action("label", "previous-doubt", ",", "previous doubtful frame", true),
  action("label", "next-doubt", ".", "next doubtful frame", true),
  action("label", "play", "Space", "play or pause; held down, drag to pan"),
  action("label", "hide", "H", "hide or show masks"),
  action("label", "outlines", "O", "outlines only"),
  action("label", "fainter", "[", "fainter masks", true),
  action("label", "stronger", "]", "stronger masks", true),
  action("label", "fit", "0", "fit the picture"),
  action("label", "cross-up", "W", "move the cross up (Shift: by ten)", true),
  action("label", "cross-left", "A", "move the cross left", true),
  action("label", "cross-down", "S", "move the cross down", true),
  action("label", "cross-right", "D", "move the cross right", true),
  action("label", "cross-click", "Enter", "click at the cross"),
  action("label", "cross-click-background", "Shift+Enter", "click beside the object at the cross"),

  action("verify", "yes", "F", "yes, it is on the object"),
  action("verify", "no", "J", "no, it is not"),
  action("verify", "unsure", "Space", "unsure"),
  action("verify", "back", "Backspace", "back: answer the last point again", true),
  action("verify", "reopen", "Shift+Backspace", "reopen the batch that has just ended"),
  action("verify", "go-on", "Enter", "go on to the next batch"),
  action("verify", "localisation", "R", "show or hide which object is meant"),
];

/** By action, keys with a space between them, in place of those of the table. */
export type Remapped = Record<string, string>;

const NAMED: Record<string, string> = { " ": "Space", Spacebar: "Space", Esc: "Escape", Del: "Delete" };

export interface KeyLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** The name of what was pressed: `P`, `Shift+P`, `Ctrl+Shift+Z`, `?`. Shift is not named where it chose the sign. */
export function nameOf(event: KeyLike): string {
  const key = NAMED[event.key] ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const choseTheSign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  const held = [
    (event.ctrlKey || event.metaKey) && "Ctrl",
    event.altKey && "Alt",
    event.shiftKey && !choseTheSign && "Shift",
  ].filter(Boolean);
  return [...held, key].join("+");
}

export function keysOf(id: string, remapped: Remapped): readonly string[] {
  return remapped[id]?.split(" ") ?? ACTIONS.find((found) => found.id === id)?.keys ?? [];
}

/** What a pressed key means in a view, or null. */
export function actionFor(pressed: string, where: Where, remapped: Remapped): Action | null {
  const found = ACTIONS.find(
    (known) => (known.where === where || known.where === "everywhere") && keysOf(known.id, remapped).includes(pressed),
  );
  if (found) return found;
  // The cross goes ten times as far with Shift, whatever its keys are.
  if (where === "label" && pressed.startsWith("Shift+")) {
    const plain = actionFor(pressed.slice(6), where, remapped);
    return plain?.id.startsWith("cross-") && !plain.id.includes("click") ? { ...plain, id: `${plain.id}-far` } : null;
  }
  return null;
}

/** The actions of a view that would listen to the same key. */
export function conflict(id: string, key: string, remapped: Remapped): Action | null {
  const own = ACTIONS.find((known) => known.id === id);
  const meet = (other: Action) =>
    other.where === own?.where || other.where === "everywhere" || own?.where === "everywhere";
  return ACTIONS.find((other) => other.id !== id && meet(other) && keysOf(other.id, remapped).includes(key)) ?? null;
}

const SHOWN: Record<string, string> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
};

/** As it is printed on a key. */
export function printed(key: string): string {
  const held = key.endsWith("+") ? key.slice(0, -1).split("+").filter(Boolean) : key.split("+").slice(0, -1);
  const last = key.endsWith("+") ? "+" : (key.split("+").at(-1) ?? "");
  return [...held, SHOWN[last] ?? last].join("-");
}
