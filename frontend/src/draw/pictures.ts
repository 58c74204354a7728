/** Decoded frames, fetched in the order in which they will be looked at. */

export interface Source {
  url(frame: number): string;
}

const AT_ONCE = 4;
const BUDGET = 320 << 20; // bytes of decoded pixels that are kept

export class Pictures {
  private readonly kept = new Map<number, ImageBitmap>(); // in the order of their last use
  private readonly underWay = new Map<number, AbortController>();
  private readonly failed = new Set<number>();
  private wishes: readonly number[] = [];
  private closed = false;

  constructor(
    private readonly source: Source,
    private readonly arrived: (frame: number) => void,
    private readonly trouble: (frame: number, error: unknown) => void,
  ) {}

  get(frame: number): ImageBitmap | null {
    const found = this.kept.get(frame);
    if (!found) return null;
    this.kept.delete(frame);
    this.kept.set(frame, found);
    return found;
  }

  has(frame: number): boolean {
    return this.kept.has(frame);
  }

  /** The most wanted first. What is no longer wished for is not begun, or broken off. */
  wish(frames: readonly number[]): void {
    if (frames[0] !== this.wishes[0]) this.failed.clear();
    this.wishes = frames;
    for (const [frame, controller] of this.underWay) if (!frames.includes(frame)) controller.abort();
    this.pump();
  }

  close(): void {
    this.closed = true;
    for (const controller of this.underWay.values()) controller.abort();
    for (const picture of this.kept.values()) picture.close();
    this.kept.clear();
  }

  private pump(): void {
    for (const frame of this.wishes) {
      if (this.underWay.size >= AT_ONCE) return;
      if (!this.kept.has(frame) && !this.underWay.has(frame) && !this.failed.has(frame)) void this.fetch(frame);
    }
  }

  private async fetch(frame: number): Promise<void> {
    const controller = new AbortController();
    this.underWay.set(frame, controller);
    try {
      const picture = await decoded(this.source.url(frame), controller.signal);
      if (this.closed) picture.close();
      else this.keep(frame, picture);
    } catch (error) {
      if (!controller.signal.aborted) {
        this.failed.add(frame);
        this.trouble(frame, error);
      }
    } finally {
      this.underWay.delete(frame);
      if (!this.closed) this.pump();
    }
  }

  private keep(frame: number, picture: ImageBitmap): void {
    this.kept.set(frame, picture);
    this.arrived(frame);
    const most = Math.max(8, Math.floor(BUDGET / (4 * picture.width * picture.height)));
    for (const [old, used] of this.kept) {
      if (this.kept.size <= most) return;
      if (old === frame || this.wishes.slice(0, 8).includes(old)) continue;
      this.kept.delete(old);
      used.close();
    }
  }
}

export async function decoded(url: string, signal?: AbortSignal): Promise<ImageBitmap> {
  const answer = await fetch(url, signal ? { signal } : {});
  if (!answer.ok) throw new Error(await lineOf(answer));
  return createImageBitmap(await answer.blob());
}

async function lineOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => null)) as { error?: string } | null;
  return body?.error ?? `The server answered ${answer.status} for a picture.`;
}

/** The frames to fetch at `frame` when it moves in a direction: itself, the next ones, then a few behind. */
export function ahead(frame: number, direction: 1 | -1, numFrames: number, num = 12): number[] {
  const wished = [frame];
  for (let k = 1; k <= num; k++) wished.push(frame + direction * k);
  for (let k = 1; k <= 3; k++) wished.push(frame - direction * k);
  return wished.filter((k) => k >= 0 && k < numFrames);
}
