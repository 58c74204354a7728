/** The two pictures of Verify, and the one that says which object is meant. */

import type { Localisation, Task } from "../api/types";
import { drawBox, drawPicture, drawPoint, drawRing, drawTrace, sharpen } from "./scene";
import { pathOfMask } from "./shapes";
import { fit, toScreen, type Viewport } from "./viewport";

export const ZOOM = 6;

/** The whole frame, the point ringed. Returns the scale, which the zoomed picture takes six times. */
export function drawWhole(canvas: HTMLCanvasElement, picture: ImageBitmap, task: Task): number {
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = sharpen(canvas, width, height);
  const view = fit(picture, { width, height });
  drawPicture(pen, view, picture, picture.width, picture.height);
  const at = toScreen(view, task);
  drawRing(pen, at, 13);
  return view.scale;
}

/** Around the point, which itself stays free: the ring says where, and hides nothing of it. */
export function drawZoomed(canvas: HTMLCanvasElement, picture: ImageBitmap, task: Task, scale: number): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = sharpen(canvas, width, height);
  pen.fillStyle = "#2a2c30";
  pen.fillRect(0, 0, width, height);
  const view: Viewport = { scale, left: width / 2 - (task.x + 0.5) * scale, top: height / 2 - (task.y + 0.5) * scale };
  drawPicture(pen, view, picture, picture.width, picture.height);
  const middle = { x: width / 2, y: height / 2 };
  drawRing(pen, middle, 22);
  drawRing(pen, middle, 2);
}

export function drawLocalisation(
  canvas: HTMLCanvasElement,
  picture: ImageBitmap,
  told: Localisation,
  colour: string,
): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const pen = sharpen(canvas, width, height);
  const view = fit(picture, { width, height });
  drawPicture(pen, view, picture, picture.width, picture.height);
  if (told.mask) {
    pen.save();
    pen.translate(view.left, view.top);
    pen.scale(view.scale, view.scale);
    const path = pathOfMask(told.mask);
    pen.globalAlpha = 0.3;
    pen.fillStyle = colour;
    pen.fill(path, "evenodd");
    pen.globalAlpha = 1;
    pen.lineWidth = 2 / view.scale;
    pen.strokeStyle = colour;
    pen.stroke(path);
    pen.restore();
  }
  if (told.box) {
    const corner = toScreen(view, { x: told.box.left - 0.5, y: told.box.top - 0.5 });
    drawBox(
      pen,
      corner,
      { x: corner.x + told.box.width * view.scale, y: corner.y + told.box.height * view.scale },
      colour,
    );
  }
  if (told.trace) {
    drawTrace(
      pen,
      told.trace.map(([x, y]) => toScreen(view, { x, y })),
      colour,
    );
  }
  for (const point of told.points) drawPoint(pen, toScreen(view, point), point.label, colour, 6);
}
