/** The timeline: time, thumbnails, a bar for each object, what would be redone, and where one is. */

import { timecode } from "../clock";
import type { Span } from "../spans";
import { sharpen } from "./scene";
import { clamp } from "./viewport";

export interface Row {
  key: number;
  name: string;
  colour: string;
  chosen: boolean;
  known: readonly (readonly number[])[];
  present: readonly (readonly number[])[];
  score: readonly (number | null)[];
  locked: readonly number[];
  prompts: readonly number[];
  points: readonly { frame: number; total: number; answered: number }[];
}

export interface TimelineScene {
  numFrames: number;
  times: readonly number[];
  rows: readonly Row[];
  doubts: readonly number[];
}

/** What moves: where one is (null where the timeline is only looked at), and what would be redone from there. */
export interface Place {
  frame: number | null;
  bracket: readonly Span[];
}

export const GUTTER = 108;
const RIGHT = 12;
const RULER = 18;
const THUMBS = 40;
const ROW = 20;
const INK = { ground: "#1b1d20", track: "#26292d", line: "#3a3e44", text: "#e6e7e9", dim: "#a9aeb6", doubt: "#f0c04f" };

type Pen = CanvasRenderingContext2D;

export const heightFor = (numRows: number): number => RULER + THUMBS + 8 + ROW * Math.max(1, numRows) + 6;

export class TimelineCanvas {
  private scene: TimelineScene = { numFrames: 1, times: [], rows: [], doubts: [] };
  private place: Place = { frame: null, bracket: [] };
  private readonly below = document.createElement("canvas");
  private readonly canvas = document.createElement("canvas");
  private readonly observer: ResizeObserver;
  private thumbs = new Map<number, HTMLImageElement>();
  private url: ((frame: number) => string) | null = null;
  private aspect = 16 / 9;
  private due = 0;
  private isOld = true;
  private hover: number | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly seek: (frame: number) => void,
    private readonly clicksOnly = false,
  ) {
    host.append(this.below, this.canvas);
    this.canvas.className = "above";
    this.observer = new ResizeObserver(() => this.redraw(true));
    this.observer.observe(host);
    const at = (event: PointerEvent) => this.frameAt(event.clientX - this.canvas.getBoundingClientRect().left);
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.canvas.setPointerCapture(event.pointerId);
      this.seek(at(event));
    });
    this.canvas.addEventListener("pointermove", (event) => {
      this.hover = at(event);
      if (event.buttons & 1 && !this.clicksOnly) this.seek(this.hover);
      this.redraw();
    });
    this.canvas.addEventListener("pointerleave", () => {
      this.hover = null;
      this.redraw();
    });
  }

  close(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.due);
    this.below.remove();
    this.canvas.remove();
  }

  setThumbnails(url: (frame: number) => string, aspect: number): void {
    this.url = url;
    this.aspect = aspect;
    this.thumbs = new Map();
    this.redraw(true);
  }

  setScene(scene: TimelineScene): void {
    this.scene = scene;
    this.redraw(true);
  }

  setPlace(place: Place): void {
    this.place = place;
    this.redraw();
  }

  /** What stands still is drawn only when it has changed: there may be thousands of frames in it. */
  private redraw(all = false): void {
    this.isOld ||= all;
    cancelAnimationFrame(this.due);
    this.due = requestAnimationFrame(() => this.draw());
  }

  private get room(): number {
    return Math.max(1, this.host.clientWidth - GUTTER - RIGHT);
  }

  /** Where a frame begins; the frame after the last gives the end. */
  private x(frame: number): number {
    return GUTTER + (frame / this.scene.numFrames) * this.room;
  }

  private middle(frame: number): number {
    return this.x(frame + 0.5);
  }

  private frameAt(x: number): number {
    return clamp(Math.floor(((x - GUTTER) / this.room) * this.scene.numFrames), 0, this.scene.numFrames - 1);
  }

  private draw(): void {
    const { clientWidth: width } = this.host;
    const height = heightFor(this.scene.rows.length);
    if (this.isOld) this.drawBelow(width, height);
    this.isOld = false;
    const pen = sharpen(this.canvas, width, height);
    this.canvas.style.height = `${height}px`;
    this.drawBracket(pen, RULER + THUMBS + 3, height - 3);
    if (this.place.frame !== null) this.drawHandle(pen, this.middle(this.place.frame), height);
    if (this.hover === null || this.hover === this.place.frame) return;
    pen.fillStyle = "rgb(255 255 255 / 40%)";
    pen.fillRect(this.middle(this.hover) - 0.5, RULER, 1, height - RULER);
  }

  private drawBelow(width: number, height: number): void {
    const pen = sharpen(this.below, width, height);
    this.below.style.height = `${height}px`;
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "middle";
    this.drawRuler(pen);
    this.drawThumbnails(pen);
    this.scene.rows.forEach((row, k) => this.drawRow(pen, row, RULER + THUMBS + 8 + k * ROW));
  }

  private drawRuler(pen: Pen): void {
    const { numFrames, times, doubts } = this.scene;
    const every = niceStep(numFrames / (this.room / 90));
    pen.fillStyle = INK.dim;
    pen.textAlign = "left";
    for (let k = 0; k < numFrames; k += every) {
      pen.fillRect(Math.round(this.middle(k)), RULER - 5, 1, 5);
      const label = times.length ? timecode(times[k] ?? 0).slice(0, -2) : String(k);
      if (this.middle(k) + 50 < GUTTER + this.room) pen.fillText(label, Math.round(this.middle(k)) + 4, RULER / 2);
    }
    pen.fillStyle = INK.doubt;
    for (const frame of doubts) {
      const x = this.middle(frame);
      pen.beginPath();
      pen.moveTo(x - 3.5, RULER - 7);
      pen.lineTo(x + 3.5, RULER - 7);
      pen.lineTo(x, RULER - 1);
      pen.fill();
    }
  }

  private drawThumbnails(pen: Pen): void {
    const wide = Math.max(24, THUMBS * this.aspect);
    const num = Math.max(1, Math.ceil(this.room / wide));
    pen.save();
    pen.beginPath();
    pen.rect(GUTTER, RULER, this.room, THUMBS);
    pen.fillStyle = INK.track;
    pen.fill();
    pen.clip();
    for (let k = 0; k < num; k++) {
      const left = GUTTER + k * wide;
      const picture = this.thumbnail(this.frameAt(Math.min(left + wide / 2, GUTTER + this.room - 1)));
      if (picture?.complete && picture.naturalWidth) pen.drawImage(picture, left, RULER, wide, THUMBS);
    }
    pen.restore();
  }

  private thumbnail(frame: number): HTMLImageElement | null {
    const known = this.thumbs.get(frame);
    if (known || !this.url) return known ?? null;
    const picture = new Image();
    picture.onload = () => this.redraw(true);
    picture.src = this.url(frame);
    this.thumbs.set(frame, picture);
    return picture;
  }

  private drawRow(pen: Pen, row: Row, top: number): void {
    const { numFrames } = this.scene;
    const [bar, tall] = [top + 3, ROW - 8];
    pen.fillStyle = row.chosen ? INK.text : INK.dim;
    pen.textAlign = "left";
    pen.fillText(shortened(pen, row.name, GUTTER - 30), 22, top + ROW / 2 - 1);
    pen.fillStyle = row.colour;
    pen.fillRect(8, top + ROW / 2 - 5, 8, 8);
    pen.fillStyle = INK.track;
    pen.fillRect(GUTTER, bar, this.room, tall);
    pen.fillStyle = INK.line;
    for (const [first, last] of row.known)
      pen.fillRect(this.x(first!), bar + tall - 2, this.x(last! + 1) - this.x(first!), 2);
    pen.fillStyle = row.colour;
    for (const [first, last] of row.present) this.drawPresence(pen, row, first!, last!, bar, tall);
    pen.fillStyle = INK.text;
    for (const { frame, total, answered } of row.points) {
      pen.globalAlpha = answered >= total ? 1 : 0.45;
      pen.fillRect(this.middle(frame) - 1, top + ROW - 4, 2, 3);
    }
    pen.globalAlpha = 1;
    const draw = row.locked.length > this.room / 24 ? drawTick : drawDiamond;
    for (const frame of row.locked) draw(pen, this.middle(frame), bar + tall / 2, row.prompts.includes(frame));
    if (numFrames > 1 && row.chosen) {
      pen.strokeStyle = INK.line;
      pen.strokeRect(GUTTER - 0.5, bar - 0.5, this.room + 1, tall + 1);
    }
  }

  /** As high as the confidence; where several frames share a screen pixel, the least of them. */
  private drawPresence(pen: Pen, row: Row, first: number, last: number, top: number, tall: number): void {
    const [left, right] = [this.x(first), this.x(last + 1)];
    for (let x = left; x < right; x++) {
      const from = Math.max(first, this.frameAt(x));
      const to = Math.min(last, Math.max(from, this.frameAt(Math.min(x + 1, right) - 0.01)));
      let least = 1;
      for (let k = from; k <= to; k++) least = Math.min(least, row.score[k] ?? 0.9);
      const high = Math.max(3, clamp(least, 0, 1) * tall);
      pen.globalAlpha = 0.45 + 0.55 * clamp(least, 0, 1);
      pen.fillRect(x, top + tall - high, Math.min(1.02, right - x), high);
    }
    pen.globalAlpha = 1;
  }

  /** Around all that would be redone: a locked frame that is inside has its own mark. */
  private drawBracket(pen: Pen, top: number, bottom: number): void {
    const { bracket } = this.place;
    if (!bracket.length) return;
    const [left, right] = [this.x(bracket[0]![0]), this.x(bracket.at(-1)![1] + 1)];
    pen.strokeStyle = INK.text;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.moveTo(left + 5, top);
    pen.lineTo(left + 0.75, top);
    pen.lineTo(left + 0.75, bottom);
    pen.lineTo(left + 5, bottom);
    pen.moveTo(right - 5, top);
    pen.lineTo(right - 0.75, top);
    pen.lineTo(right - 0.75, bottom);
    pen.lineTo(right - 5, bottom);
    pen.stroke();
    pen.lineWidth = 1;
  }

  private drawHandle(pen: Pen, x: number, height: number): void {
    pen.fillStyle = "#fff";
    pen.fillRect(x - 0.75, RULER - 4, 1.5, height - RULER + 4);
    pen.beginPath();
    pen.moveTo(x - 5, RULER - 10);
    pen.lineTo(x + 5, RULER - 10);
    pen.lineTo(x, RULER - 2);
    pen.fill();
  }
}

/** A lock; filled where a person said something, hollow where only the mask was locked. */
function drawDiamond(pen: Pen, x: number, y: number, filled: boolean): void {
  pen.beginPath();
  pen.moveTo(x, y - 5);
  pen.lineTo(x + 5, y);
  pen.lineTo(x, y + 5);
  pen.lineTo(x - 5, y);
  pen.closePath();
  pen.fillStyle = filled ? "#fff" : INK.ground;
  pen.fill();
  pen.strokeStyle = filled ? INK.ground : "#fff";
  pen.stroke();
}

/** The same where locks are so many that they would hide the bar. */
function drawTick(pen: Pen, x: number, y: number): void {
  pen.fillStyle = INK.ground;
  pen.fillRect(x - 1.5, y - 5, 3, 5);
  pen.fillStyle = "#fff";
  pen.fillRect(x - 0.5, y - 5, 1, 5);
}

function shortened(pen: Pen, text: string, room: number): string {
  if (pen.measureText(text).width <= room) return text;
  let end = text.length;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > room) end--;
  return `${text.slice(0, end)}…`;
}

/** 1, 2, 5, 10, 20, 50, ... and at least `least`. */
export function niceStep(least: number): number {
  let step = 1;
  for (;;) {
    for (const factor of [1, 2, 5]) if (step * factor >= least) return step * factor;
    step *= 10;
  }
}
