/** Keys of the view on the screen, from the one table. */

import { useEffect } from "preact/hooks";
import { actionFor, keysOf, nameOf, printed, type Where } from "../keys";
import { helpShown, remapped } from "../state/app";

export type Handlers = Record<string, (() => void) | undefined>;

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.tagName === "TEXTAREA" ||
    target.tagName === "SELECT" ||
    (target instanceof HTMLInputElement &&
      target.type !== "range" &&
      target.type !== "checkbox" &&
      target.type !== "radio"));

/** A focused button is pressed by Space and Enter, and Tab moves on from it, as everywhere. */
const belongsToControl = (event: KeyboardEvent): boolean => {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (["Space", "Enter"].includes(nameOf(event)) && target.closest("button, a, summary")) return true;
  return target instanceof HTMLInputElement && target.type === "range" && event.key.startsWith("Arrow");
};

/** `handlers` by the table's ids, and one for the digits 1 to 9; those that answer with nothing to do are left to the browser. */
export function useKeys(where: Where, handlers: () => Handlers, digit?: (digit: number) => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || typing(event.target) || belongsToControl(event)) return;
      if (helpShown.peek()) return;
      const pressedKey = nameOf(event);
      const action = actionFor(pressedKey, where, remapped.peek());
      if (!action && digit && /^[1-9]$/.test(pressedKey)) digit(Number(pressedKey));
      const handle = action && handlers()[action.id];
      if (!handle || !action) return;
      event.preventDefault();
      if (!event.repeat || action.repeats) handle();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

/** What to press for an action, as it is printed on the keys. */
export const shownKey = (id: string): string => printed(keysOf(id, remapped.value)[0] ?? "");
