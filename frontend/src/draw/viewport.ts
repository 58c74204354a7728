/** Where a picture lies on the screen. Pixels are named by their centres: pixel (0, 0) reaches from -0.5 to 0.5. */

export interface Size {
  width: number;
  height: number;
}

export interface XY {
  x: number;
  y: number;
}

/** `scale` screen pixels for one of the picture, whose top left corner is at (left, top). */
export interface Viewport {
  scale: number;
  left: number;
  top: number;
}

export const MAX_SCALE = 40;

/** The whole picture, as large as the screen holds, in its middle. */
export function fit(picture: Size, screen: Size, margin = 0): Viewport {
  const room = { width: Math.max(1, screen.width - 2 * margin), height: Math.max(1, screen.height - 2 * margin) };
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  return {
    scale,
    left: (screen.width - scale * picture.width) / 2,
    top: (screen.height - scale * picture.height) / 2,
  };
}

export const toPixel = (view: Viewport, at: XY): XY => ({
  x: (at.x - view.left) / view.scale - 0.5,
  y: (at.y - view.top) / view.scale - 0.5,
});

export const toScreen = (view: Viewport, at: XY): XY => ({
  x: (at.x + 0.5) * view.scale + view.left,
  y: (at.y + 0.5) * view.scale + view.top,
});

/** Zoom so that what is under `at` stays there; never smaller than the whole picture on the screen. */
export function zoomAt(view: Viewport, at: XY, factor: number, picture: Size, screen: Size): Viewport {
  const smallest = fit(picture, screen).scale;
  const scale = Math.min(Math.max(view.scale * factor, smallest), Math.max(MAX_SCALE, smallest));
  const ratio = scale / view.scale;
  const zoomed = { scale, left: at.x - (at.x - view.left) * ratio, top: at.y - (at.y - view.top) * ratio };
  return held(zoomed, picture, screen);
}

export const panned = (view: Viewport, dx: number, dy: number, picture: Size, screen: Size): Viewport =>
  held({ ...view, left: view.left + dx, top: view.top + dy }, picture, screen);

/** A part of the picture stays on the screen; a picture smaller than the screen stays in its middle. */
function held(view: Viewport, picture: Size, screen: Size): Viewport {
  const along = (start: number, length: number, room: number) =>
    length <= room ? (room - length) / 2 : Math.min(room / 2, Math.max(room / 2 - length, start));
  return {
    scale: view.scale,
    left: along(view.left, view.scale * picture.width, screen.width),
    top: along(view.top, view.scale * picture.height, screen.height),
  };
}

/** The pixel that holds a place, or null outside the picture. */
export function pixelAt(view: Viewport, at: XY, picture: Size): XY | null {
  const found = { x: Math.floor((at.x - view.left) / view.scale), y: Math.floor((at.y - view.top) / view.scale) };
  return found.x >= 0 && found.y >= 0 && found.x < picture.width && found.y < picture.height ? found : null;
}

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** The box between two corners as COCO writes it: the pixels at both corners are inside. */
export function boxBetween(a: XY, b: XY): { left: number; top: number; width: number; height: number } {
  const left = Math.min(a.x, b.x);
  const top = Math.min(a.y, b.y);
  return { left, top, width: Math.max(a.x, b.x) - left + 1, height: Math.max(a.y, b.y) - top + 1 };
}
