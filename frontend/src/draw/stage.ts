/** The picture to click on: two canvases, the frame below and what lies over it above, and all that a mouse does there. */

import { stroke } from "./brush";
import { decode, emptyBitmap, encode, type Rle } from "./rle";
import { drawBox, drawPicture, drawRing, drawScene, drawTrace, NOTHING, type Scene, sharpen } from "./scene";
import type { Size, Viewport, XY } from "./viewport";
import * as viewport from "./viewport";

export type StageTool = "points" | "trace" | "brush" | "eraser";

/** What the stage tells; positions are whole pixels of the picture. */
export interface Told {
  point(at: XY, label: 0 | 1 | null): void; // null: whichever the keys + and - have chosen
  box(box: { left: number; top: number; width: number; height: number }): void;
  trace(line: [number, number, number][]): void;
  painted(mask: Rle): void;
  hover(at: XY | null): void;
  zoomed(scale: number): void;
}

interface Gesture {
  kind: "click" | "box" | "pan" | "trace" | "brush";
  from: XY;
  at: XY;
  label: 0 | 1 | null;
  line: [number, number, number][];
  startedAt: number;
}

const DRAG = 5; // screen pixels from which a click is a drag

export class Stage {
  tool: StageTool = "points";
  colour = "#ffffff";
  brushRadius = 12;
  panKeyHeld = false;
  /** The mask that a brush goes on from. */
  maskToPaint: Rle | null = null;
  panned = false;

  private readonly below = document.createElement("canvas");
  private readonly above = document.createElement("canvas");
  private readonly observer: ResizeObserver;
  private size: Size = { width: 1, height: 1 };
  private picture: Size = { width: 1, height: 1 };
  private bitmap: ImageBitmap | null = null;
  private scene: Scene = NOTHING;
  private view: Viewport | null = null; // null: fitted
  private gesture: Gesture | null = null;
  private readonly fingers = new Map<number, XY>();
  private cursor: XY | null = null;
  private frame = 0;
  private pictureIsOld = true;

  constructor(
    private readonly host: HTMLElement,
    private readonly told: Told,
  ) {
    this.below.className = "stage-picture";
    this.above.className = "stage-scene";
    host.append(this.below, this.above);
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(host);
    this.listen();
    this.resized();
  }

  close(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    this.below.remove();
    this.above.remove();
  }

  setPictureSize(size: Size): void {
    if (size.width === this.picture.width && size.height === this.picture.height) return;
    this.picture = size;
    this.fit();
  }

  setPicture(bitmap: ImageBitmap | null): void {
    this.bitmap = bitmap;
    this.redraw(true);
  }

  setScene(scene: Scene): void {
    this.scene = scene;
    this.redraw();
  }

  setLook(brightness: number, contrast: number): void {
    const plain = brightness === 1 && contrast === 1;
    this.below.style.filter = plain ? "" : `brightness(${brightness}) contrast(${contrast})`;
  }

  fit(): void {
    this.view = null;
    this.redraw(true);
    this.told.zoomed(this.viewport().scale);
  }

  /** In steps of the keyboard or a button, at the middle or the cursor. */
  zoom(factor: number, at: XY = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    this.moved(viewport.zoomAt(this.viewport(), at, factor, this.picture, this.size));
  }

  redraw(picture = false): void {
    this.pictureIsOld ||= picture;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw());
  }

  private viewport(): Viewport {
    return this.view ?? viewport.fit(this.picture, this.size);
  }

  private moved(view: Viewport): void {
    const whole = viewport.fit(this.picture, this.size);
    this.view = view.scale <= whole.scale * 1.001 ? null : view;
    this.redraw(true);
    this.told.zoomed(view.scale);
  }

  private resized(): void {
    this.size = { width: this.host.clientWidth, height: this.host.clientHeight };
    this.redraw(true);
  }

  private draw(): void {
    const { width, height } = this.size;
    const view = this.viewport();
    if (this.pictureIsOld) {
      this.pictureIsOld = false;
      const pen = sharpen(this.below, width, height);
      if (this.bitmap) drawPicture(pen, view, this.bitmap, this.picture.width, this.picture.height);
    }
    const pen = sharpen(this.above, width, height);
    drawScene(pen, view, this.scene);
    this.drawGesture(pen, view);
  }

  private drawGesture(pen: CanvasRenderingContext2D, view: Viewport): void {
    const { gesture } = this;
    if (gesture?.kind === "box") drawBox(pen, gesture.from, gesture.at, this.colour);
    if (gesture?.kind === "brush") this.drawStroke(pen, view, gesture);
    if (gesture?.kind === "trace")
      drawTrace(
        pen,
        gesture.line.map(([x, y]) => viewport.toScreen(view, { x, y })),
        this.colour,
      );
    if (this.cursor && (this.tool === "brush" || this.tool === "eraser") && gesture?.kind !== "pan")
      drawRing(pen, this.cursor, this.brushRadius * view.scale, this.tool === "brush" ? this.colour : "#fff");
  }

  /** What the brush has touched since the button went down; the mask itself is made when it is let go. */
  private drawStroke(pen: CanvasRenderingContext2D, view: Viewport, { line }: Gesture): void {
    pen.save();
    pen.lineWidth = 2 * this.brushRadius * view.scale;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    pen.strokeStyle = this.colour;
    pen.globalAlpha = this.tool === "eraser" ? 1 : Math.max(0.3, this.scene.opacity);
    if (this.tool === "eraser") pen.globalCompositeOperation = "destination-out";
    pen.beginPath();
    for (const [x, y] of [line[0]!, ...line]) {
      const at = viewport.toScreen(view, { x, y });
      pen.lineTo(at.x, at.y);
    }
    pen.stroke();
    pen.restore();
  }

  private listen(): void {
    const { above } = this;
    above.addEventListener("pointerdown", (event) => this.down(event));
    above.addEventListener("pointermove", (event) => this.move(event));
    above.addEventListener("pointerup", (event) => this.up(event));
    above.addEventListener("pointercancel", (event) => this.cancel(event));
    above.addEventListener("pointerleave", () => {
      this.cursor = null;
      this.told.hover(null);
      this.redraw();
    });
    above.addEventListener("contextmenu", (event) => event.preventDefault());
    above.addEventListener("dblclick", () => this.fit());
    above.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  private place(event: MouseEvent): XY {
    const box = this.above.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * 33 : event.deltaY;
    this.zoom(Math.exp(-viewport.clamp(pixels, -240, 240) / 480), this.place(event));
  }

  private down(event: PointerEvent): void {
    const at = this.place(event);
    this.above.setPointerCapture(event.pointerId);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size > 1) {
      this.gesture = null; // two fingers zoom and pan
      return this.redraw();
    }
    const pan = this.panKeyHeld || event.button === 1;
    const kind = pan
      ? "pan"
      : this.tool === "points" || event.button === 2
        ? "click"
        : this.tool === "trace"
          ? "trace"
          : "brush";
    const label = event.button === 2 || event.altKey ? 0 : null;
    this.gesture = { kind, from: at, at, label, line: [], startedAt: event.timeStamp };
    if (pan) this.panned = true;
    if (kind === "brush" || kind === "trace") this.goOn(event);
    if (event.button === 1) event.preventDefault();
  }

  private move(event: PointerEvent): void {
    const at = this.place(event);
    this.cursor = event.pointerType === "touch" ? null : at;
    if (this.fingers.has(event.pointerId) && this.fingers.size === 2) return this.pinch(event.pointerId, at);
    this.told.hover(viewport.pixelAt(this.viewport(), at, this.picture));
    const { gesture } = this;
    if (gesture) {
      const far = Math.hypot(at.x - gesture.from.x, at.y - gesture.from.y) > DRAG;
      if (gesture.kind === "click" && far && gesture.label === null) gesture.kind = "box";
      if (gesture.kind === "pan")
        this.moved(viewport.panned(this.viewport(), at.x - gesture.at.x, at.y - gesture.at.y, this.picture, this.size));
      if (gesture.kind === "brush" || gesture.kind === "trace") this.goOn(event);
      gesture.at = at;
    }
    if (gesture || this.tool === "brush" || this.tool === "eraser") this.redraw();
  }

  private pinch(finger: number, at: XY): void {
    const [still] = [...this.fingers].filter(([id]) => id !== finger).map(([, place]) => place);
    const before = this.fingers.get(finger)!;
    this.fingers.set(finger, at);
    const distance = (a: XY, b: XY) => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
    const middle = { x: (at.x + still!.x) / 2, y: (at.y + still!.y) / 2 };
    const moved = viewport.panned(
      this.viewport(),
      (at.x - before.x) / 2,
      (at.y - before.y) / 2,
      this.picture,
      this.size,
    );
    this.moved(
      viewport.zoomAt(moved, middle, distance(at, still!) / distance(before, still!), this.picture, this.size),
    );
  }

  private cancel(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    this.gesture = null;
    this.redraw();
  }

  private up(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    const { gesture } = this;
    this.gesture = null;
    this.redraw();
    if (!gesture) return;
    const pixel = viewport.pixelAt(this.viewport(), gesture.from, this.picture);
    if (gesture.kind === "click" && pixel) this.told.point(pixel, gesture.label);
    if (gesture.kind === "box") this.told.box(viewport.boxBetween(this.inside(gesture.from), this.inside(gesture.at)));
    if (gesture.kind === "trace" && gesture.line.length > 1) this.told.trace(gesture.line);
    if (gesture.kind === "brush") this.told.painted(this.painted(gesture));
  }

  /** The nearest pixel of the picture. */
  private inside(at: XY): XY {
    const { x, y } = viewport.toPixel(this.viewport(), at);
    return {
      x: viewport.clamp(Math.round(x), 0, this.picture.width - 1),
      y: viewport.clamp(Math.round(y), 0, this.picture.height - 1),
    };
  }

  private goOn(event: PointerEvent): void {
    const gesture = this.gesture!;
    const at = this.place(event);
    const { x, y } = gesture.kind === "trace" ? this.inside(at) : viewport.toPixel(this.viewport(), at);
    gesture.line.push([x, y, Math.max(0, event.timeStamp - gesture.startedAt) / 1000]);
  }

  private painted({ line }: Gesture): Rle {
    const { width, height } = this.picture;
    const bitmap = this.maskToPaint ? decode(this.maskToPaint) : emptyBitmap(width, height);
    const places = line.map(([x, y]) => ({ x, y }));
    places.forEach((at, k) =>
      stroke(bitmap, places[Math.max(0, k - 1)]!, at, this.brushRadius, this.tool === "eraser" ? 0 : 1),
    );
    return encode(bitmap);
  }
}
