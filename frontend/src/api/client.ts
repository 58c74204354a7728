/** The studio's API: one function for each thing it is asked. Every failure is an `ApiError` with one line to show. */

import type * as T from "./types";

export class ApiError extends Error {
  constructor(
    message: string,
    /** The status of the answer; 0 where there was none. */
    readonly status: number,
  ) {
    super(message);
  }
}

/** What is said of a server that cannot be reached. */
export const SILENT = "The studio's server does not answer.";

let csrf = "";
let onSaved: (savedAt: string) => void = () => {};
let onSignedOut: () => void = () => {};

export const trust = (token: string): void => {
  csrf = token;
};
export const whenSaved = (then: (savedAt: string) => void): void => {
  onSaved = then;
};
export const whenSignedOut = (then: () => void): void => {
  onSignedOut = then;
};

async function send<Out>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Out> {
  try {
    return await sendOnce<Out>(method, path, body, signal);
  } catch (error) {
    // A server that was started again has another token for the same person.
    if (method === "GET" || !(error instanceof ApiError) || error.status !== 403 || !(await trustedAnew())) throw error;
    return sendOnce<Out>(method, path, body, signal);
  }
}

async function trustedAnew(): Promise<boolean> {
  const { csrf: token } = await sendOnce<T.Me>("GET", "api/me");
  const changed = token !== csrf;
  csrf = token;
  return changed;
}

async function sendOnce<Out>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Out> {
  const raw = body instanceof Blob;
  const headers: Record<string, string> = method === "GET" ? {} : { "X-Pointreel-Csrf": csrf };
  if (body !== undefined && !raw) headers["Content-Type"] = "application/json";
  if (raw) headers["Content-Type"] = body.type || "application/octet-stream";
  const request: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) request.body = raw ? body : JSON.stringify(body);
  if (signal) request.signal = signal;
  const answer = await reached(fetch(path, request));
  if (!answer.ok) throw await failure(answer, path);
  const out = (await reached(answer.json())) as Out;
  const savedAt = (out as { saved_at?: unknown } | null)?.saved_at;
  if (method !== "GET" && typeof savedAt === "string") onSaved(savedAt);
  return out;
}

async function reached<Out>(promise: Promise<Out>): Promise<Out> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(SILENT, 0);
  }
}

async function failure(answer: Response, path: string): Promise<ApiError> {
  let line = `${path}: the server answered ${answer.status}.`;
  try {
    const body = (await answer.json()) as { error?: unknown };
    if (typeof body.error === "string") line = body.error;
  } catch {
    // Not JSON: a proxy's page, say. The status says what there is to say.
  }
  if (answer.status === 401 && !path.endsWith("/login")) onSignedOut();
  return new ApiError(line, answer.status);
}

const get = <Out>(path: string, signal?: AbortSignal) => send<Out>("GET", path, undefined, signal);
const post = <Out>(path: string, body?: unknown) => send<Out>("POST", path, body);
const put = <Out>(path: string, body: unknown) => send<Out>("PUT", path, body);

const query = (values: Record<string, string | number | null | undefined>): string => {
  const told = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return told.length ? `?${new URLSearchParams(told.map(([name, value]) => [name, String(value)]))}` : "";
};

type Progress = (share: number) => void;

export interface Asked {
  count: number;
  order: T.Order;
  object: number | null;
}

export const me = () => get<T.Me>("api/me");
export const login = (name: string, password: string) => post<T.Me>("api/login", { name, password });
export const logout = () => post<unknown>("api/logout");
export const users = () => get<{ users: T.Person[] }>("api/users");
export const addUser = (name: string, role: T.Role, password: string | null) =>
  post<unknown>("api/users", { name, role, ...(password ? { password } : {}) });
export const changeUser = (name: string, change: { role?: T.Role; password?: string }) =>
  send<unknown>("PATCH", `api/users/${encodeURIComponent(name)}`, change);
export const preferences = () => get<Record<string, unknown>>("api/preferences");
export const keepPreferences = (values: Record<string, unknown>) => put<unknown>("api/preferences", values);

export const project = () => get<T.Project>("api/project");
export const times = (video: number) => get<{ seconds: number[] }>(`api/videos/${video}/times`);
export const frameUrl = (video: { key: number; version: string }, frame: number, width?: number) =>
  `api/videos/${video.key}/frames/${frame}.jpg${query({ version: video.version, width })}`;

export const makeReady = (video: number, frame: number) => post<unknown>(`api/videos/${video}/frames/${frame}/ready`);

export const things = (video: number) => get<{ objects: T.Thing[] }>(`api/videos/${video}/objects`);
export const addThing = (video: number, name: string) => post<T.SavedThing>(`api/videos/${video}/objects`, { name });
export const changeThing = (
  key: number,
  change: { name?: string; colour?: string; removed?: boolean; closed?: boolean },
) => send<T.SavedThing>("PATCH", `api/objects/${key}`, change);
export const prompts = (key: number) => get<{ prompts: T.Prompt[] }>(`api/objects/${key}/prompts`);
export const prompt = (key: number, given: T.Prompt) =>
  put<T.Prompted>(`api/objects/${key}/prompts/${given.frame}`, given);
export const takeExtent = (key: number, frame: number, chosen: number) =>
  post<{ mask: T.Rle }>(`api/objects/${key}/extents/${frame}`, { chosen });
export const paint = (key: number, frame: number, mask: T.Rle) =>
  put<unknown>(`api/objects/${key}/masks/${frame}`, { mask, locked: true });
export const importMask = (key: number, frame: number, png: Blob) =>
  put<unknown>(`api/objects/${key}/masks/${frame}.png`, png);
export const lock = (key: number, frame: number, locked: boolean) =>
  post<unknown>(`api/objects/${key}/locks/${frame}`, { locked });
export const masks = (video: number, start: number, stop: number, signal?: AbortSignal) =>
  get<{ frames: T.FrameOfMasks[] }>(`api/videos/${video}/masks${query({ start, stop })}`, signal);
export const timeline = (video: number) => get<T.Timeline>(`api/videos/${video}/timeline`);
export const propagate = (
  video: number,
  ask: { objects: number[] | null; frame: number; direction: "both" | "forward" | "backward"; to: number | null },
) => post<{ job: T.Job }>(`api/videos/${video}/propagations`, ask);
export const undo = (video: number, only?: "propagation") =>
  post<T.Undone>(`api/videos/${video}/undo`, only ? { only } : {});
export const redo = (video: number) => post<T.Undone>(`api/videos/${video}/redo`, {});
export const undoAction = () => post<T.Undone>("api/undo", {});
export const redoAction = () => post<T.Undone>("api/redo", {});

export const jobs = () => get<{ jobs: T.Job[] }>("api/jobs");
export const cancel = (id: string) => send<unknown>("DELETE", `api/jobs/${encodeURIComponent(id)}`);
export const goOn = (id: string) => post<{ job: T.Job }>(`api/jobs/${encodeURIComponent(id)}/again`);
export const propose = (ask: { gold: number; repeats: number; overlap: number }) =>
  post<{ job: T.Job }>("api/proposals", ask);
export const importPath = (path: string, format: string | null) =>
  post<{ job: T.Job }>("api/imports", format ? { path, format } : { path });
export const importZip = (zip: File, format: string | null, progress?: Progress) =>
  sendFile<{ job: T.Job }>("POST", `api/imports/upload${query({ format })}`, zip, progress);
export const formats = () => get<{ formats: T.FormatOut[] }>("api/formats");
export const startExport = (format: string, what: "points" | "masks") =>
  post<{ job: T.Job }>("api/exports", { format, what });
export const downloadUrl = (job: string) => `api/exports/${encodeURIComponent(job)}/download`;

export const queue = (asked: Asked) => get<T.Queue>(`api/verify/queue${query({ ...asked })}`);
export const shown = (point: number) => post<unknown>("api/verify/shown", { point });
export const paused = (point: number) => post<unknown>("api/verify/paused", { point });
export const answer = (given: Asked & { point: number; label: T.Label; token: string; next_shown: number | null }) =>
  post<T.AnswerOut>("api/verify/answers", given);
export const undoAnswer = (asked: Asked) => post<{ points: number[]; queue: T.Queue }>("api/verify/undo", asked);
export const redoAnswer = (asked: Asked) => post<{ points: number[]; queue: T.Queue }>("api/verify/redo", asked);
export const reopenBatch = (object: number, kind: T.Label, { count, order }: Asked) =>
  post<{ points: number[]; queue: T.Queue }>("api/verify/undo-batch", { object, kind, count, order });
export const localisation = (object: number) => get<T.Localisation>(`api/verify/localisation/${object}`);

export const review = (annotator: string) =>
  get<{ items: T.ReviewItem[] }>(`api/review${query({ annotator, limit: 200 })}`);
export const reviewedPoints = (object: number, filter: { annotator: string; disagreement: boolean }) =>
  get<{ points: T.ReviewedPoint[] }>(
    `api/objects/${object}/points${query({ annotator: filter.annotator, disagreement: filter.disagreement ? 1 : null })}`,
  );
export const pointsOnFrame = (object: number, frame: number) =>
  get<{ points: T.ReviewedPoint[] }>(`api/objects/${object}/points${query({ frame })}`);
export const settle = (point: number, label: T.Label) => post<unknown>(`api/points/${point}/settle`, { label });
export const undoSettlement = () => post<{ points: number[] }>("api/review/undo");
export const redoSettlement = () => post<{ points: number[] }>("api/review/redo");
export const statistics = () => get<T.Statistics>("api/statistics");

export const upload = (film: File, progress: Progress) =>
  sendFile<T.Video>("PUT", `api/uploads/${encodeURIComponent(film.name)}`, film, progress);

/** Send a file, and say how much of it has gone. `fetch` cannot tell that. */
async function sendFile<Out>(method: string, path: string, file: File, progress?: Progress): Promise<Out> {
  await trustedAnew(); // a server that was started again would refuse the file after it has come
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("X-Pointreel-Csrf", csrf);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => progress?.(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => failed(new ApiError(SILENT, 0));
    request.onload = () => {
      const body = parsed(request.responseText) as (Out & { error?: string; saved_at?: string }) | null;
      if (request.status >= 400 || !body)
        failed(new ApiError(body?.error ?? `${file.name}: the server answered ${request.status}.`, request.status));
      else {
        if (body.saved_at) onSaved(body.saved_at);
        done(body);
      }
    };
    request.send(file);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
