/** What the mouse is over, for the panel beside the picture. */

import { signal } from "@preact/signals";

export const hovered = signal<{ x: number; y: number } | null>(null);
export const zoomed = signal(1);
