/** Left thumb no, right thumb yes, both at once unsure; and a mouse clicks as always. */

import { useRef } from "preact/hooks";
import type { Label } from "../../api/types";

export function useThumbs(answer: (label: Label) => void) {
  const down = useRef(new Map<number, Label>());
  const both = useRef(false);
  return (label: Label) => ({
    onClick: (event: MouseEvent) => {
      if (event.detail === 0 || (event as PointerEvent).pointerType !== "touch") answer(label); // the keyboard, or a mouse
    },
    onPointerDown: (event: PointerEvent) => {
      if (event.pointerType !== "touch") return;
      down.current.set(event.pointerId, label);
      both.current ||= new Set(down.current.values()).size > 1;
    },
    onPointerUp: (event: PointerEvent) => {
      if (!down.current.delete(event.pointerId)) return;
      if (both.current) {
        if (down.current.size) return; // the other thumb is still down
        both.current = false;
        answer(2);
      } else answer(label);
    },
    onPointerCancel: (event: PointerEvent) => {
      down.current.delete(event.pointerId);
      if (!down.current.size) both.current = false;
    },
  });
}
