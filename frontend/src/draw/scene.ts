/** What lies over a picture, drawn: masks, prompts, and what is being drawn now. */

import type { Rle } from "./rle";
import { pathOfMask } from "./shapes";
import { toScreen, type Viewport, type XY } from "./viewport";

export interface Scene {
  masks: readonly { mask: Rle; colour: string; chosen: boolean }[];
  opacity: number;
  outlines: boolean;
  extents: readonly { mask: Rle; chosen: boolean }[];
  prompts: readonly Prompted[];
  /** Verified points: what people said of them. */
  verdicts: readonly { x: number; y: number; label: number; colour: string }[];
  cross: XY | null;
}

export interface Prompted {
  points: readonly { x: number; y: number; label: number }[];
  box: { left: number; top: number; width: number; height: number } | null;
  trace: readonly (readonly number[])[] | null;
  colour: string;
  chosen: boolean;
}

export const NOTHING: Scene = {
  masks: [],
  opacity: 0.45,
  outlines: false,
  extents: [],
  prompts: [],
  verdicts: [],
  cross: null,
};

type Pen = CanvasRenderingContext2D;

export function drawScene(pen: Pen, view: Viewport, scene: Scene): void {
  for (const { mask, colour, chosen } of scene.masks) drawMask(pen, view, mask, colour, chosen, scene);
  scene.extents.forEach(({ mask, chosen }) => drawExtent(pen, view, mask, chosen));
  for (const { colour, label, ...at } of scene.verdicts) drawVerdict(pen, toScreen(view, at), label, colour);
  for (const prompted of scene.prompts) drawPrompt(pen, view, prompted);
  if (scene.cross) drawCross(pen, toScreen(view, scene.cross));
}

/** In pixels of the picture, from the corner of the first. */
function inPicture(pen: Pen, view: Viewport, draw: () => void): void {
  pen.save();
  pen.translate(view.left, view.top);
  pen.scale(view.scale, view.scale);
  draw();
  pen.restore();
}

function drawMask(pen: Pen, view: Viewport, mask: Rle, colour: string, chosen: boolean, scene: Scene): void {
  const path = pathOfMask(mask);
  inPicture(pen, view, () => {
    if (!scene.outlines) {
      pen.globalAlpha = scene.opacity;
      pen.fillStyle = colour;
      pen.fill(path, "evenodd");
    }
    pen.globalAlpha = 1;
    pen.lineJoin = "round";
    pen.strokeStyle = "rgb(0 0 0 / 55%)";
    pen.lineWidth = (chosen ? 3.6 : 2.6) / view.scale;
    pen.stroke(path);
    pen.strokeStyle = colour;
    pen.lineWidth = (chosen ? 2 : 1.2) / view.scale;
    pen.stroke(path);
  });
}

function drawExtent(pen: Pen, view: Viewport, mask: Rle, chosen: boolean): void {
  inPicture(pen, view, () => {
    pen.lineWidth = (chosen ? 2 : 1.3) / view.scale;
    pen.setLineDash(chosen ? [] : [5 / view.scale, 4 / view.scale]);
    pen.strokeStyle = chosen ? "#fff" : "rgb(255 255 255 / 80%)";
    pen.stroke(pathOfMask(mask));
  });
}

function drawPrompt(pen: Pen, view: Viewport, { points, box, trace, colour, chosen }: Prompted): void {
  pen.save();
  pen.globalAlpha = chosen ? 1 : 0.5;
  if (box) {
    const corner = toScreen(view, { x: box.left - 0.5, y: box.top - 0.5 });
    drawBox(pen, corner, { x: corner.x + box.width * view.scale, y: corner.y + box.height * view.scale }, colour);
  }
  if (trace?.length) {
    drawTrace(
      pen,
      trace.map(([x, y]) => toScreen(view, { x: x!, y: y! })),
      colour,
    );
  }
  for (const point of points) drawPoint(pen, toScreen(view, point), point.label, colour, chosen ? 7 : 5);
  pen.restore();
}

/** Its sign says what it is, whatever the colours look like to somebody. */
export function drawPoint(pen: Pen, at: XY, label: number, colour: string, radius: number): void {
  const arm = radius * 0.5;
  pen.beginPath();
  pen.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  pen.fillStyle = label === 1 ? "#fff" : label === 0 ? "#16171a" : "#8a8f98";
  pen.fill();
  pen.lineWidth = 2.5;
  pen.strokeStyle = label === 1 ? "#16171a" : "#fff";
  pen.stroke();
  pen.lineWidth = 1.5;
  pen.strokeStyle = colour;
  pen.stroke();
  pen.strokeStyle = label === 1 ? "#16171a" : "#fff";
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(at.x - arm, at.y);
  pen.lineTo(at.x + arm, at.y);
  if (label === 1) {
    pen.moveTo(at.x, at.y - arm);
    pen.lineTo(at.x, at.y + arm);
  }
  pen.stroke();
}

/** Full: on the object. Hollow: not. Between: nobody could say. Smaller than what was clicked. */
function drawVerdict(pen: Pen, at: XY, label: number, colour: string): void {
  pen.beginPath();
  pen.arc(at.x, at.y, 3.5, 0, 2 * Math.PI);
  pen.lineWidth = 3.5;
  pen.strokeStyle = "rgb(0 0 0 / 70%)";
  pen.stroke();
  pen.fillStyle = label === 1 ? "#fff" : label === 2 ? "#8a8f98" : colour;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = label === 1 ? colour : "#fff";
  pen.stroke();
  if (label !== 0) return;
  pen.beginPath();
  pen.arc(at.x, at.y, 2.5, 0, 2 * Math.PI);
  pen.fillStyle = "#16171a";
  pen.fill();
}

export function drawBox(pen: Pen, a: XY, b: XY, colour: string): void {
  twice(pen, colour, 1.5, () => pen.strokeRect(a.x, a.y, b.x - a.x, b.y - a.y));
}

export function drawTrace(pen: Pen, line: readonly XY[], colour: string): void {
  twice(pen, colour, 2, () => {
    pen.beginPath();
    line.forEach((at, k) => (k ? pen.lineTo(at.x, at.y) : pen.moveTo(at.x, at.y)));
    pen.stroke();
  });
}

function drawCross(pen: Pen, at: XY): void {
  twice(pen, "#fff", 1.5, () => {
    pen.beginPath();
    for (const [dx, dy] of [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ] as const) {
      pen.moveTo(at.x + 4 * dx, at.y + 4 * dy);
      pen.lineTo(at.x + 14 * dx, at.y + 14 * dy);
    }
    pen.stroke();
  });
}

export function drawRing(pen: Pen, at: XY, radius: number, colour = "#fff"): void {
  twice(pen, colour, 1.5, () => {
    pen.beginPath();
    pen.arc(at.x, at.y, radius, 0, 2 * Math.PI);
    pen.stroke();
  });
}

/** Dark, then light on it: seen on every ground. */
function twice(pen: Pen, colour: string, width: number, stroke: () => void): void {
  pen.lineJoin = "round";
  pen.lineCap = "round";
  pen.strokeStyle = "rgb(0 0 0 / 65%)";
  pen.lineWidth = width + 2;
  stroke();
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  stroke();
}

/** Make a canvas as sharp as the screen; its pen draws in CSS pixels. */
export function sharpen(canvas: HTMLCanvasElement, width: number, height: number): Pen {
  const ratio = devicePixelRatio || 1;
  const [wide, tall] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== wide || canvas.height !== tall) {
    canvas.width = wide;
    canvas.height = tall;
  }
  const pen = canvas.getContext("2d")!;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/** The picture under the scene; its pixels are shown as squares once they are large. */
export function drawPicture(pen: Pen, view: Viewport, picture: CanvasImageSource, width: number, height: number): void {
  pen.imageSmoothingEnabled = view.scale < 4;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(picture, view.left, view.top, view.scale * width, view.scale * height);
}
