/** Times as people read them. */

/** 3.933 -> 00:03.933 */
export function timecode(seconds: number): string {
  const whole = Math.max(0, seconds);
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const rest = (Math.floor((whole % 60) * 1000) / 1000).toFixed(3).padStart(6, "0");
  const tail = `${String(minutes % 60).padStart(2, "0")}:${rest}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** 95 -> 1 min 35 s */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60 ? `${whole % 60} s` : ""}`.trim();
  const hours = Math.floor(whole / 3600);
  return `${hours} h ${Math.round((whole % 3600) / 60)} min`;
}

/** The time of day of an ISO time, on this machine's clock. */
export function timeOfDay(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((n) => String(n).padStart(2, "0")).join(":");
}

/** The last frame whose time is not after `seconds`. */
export function frameAt(times: readonly number[], seconds: number): number {
  let [low, high] = [0, times.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (times[middle]! <= seconds) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

export const count = (number: number, noun: string): string =>
  `${number.toLocaleString("en-GB")} ${noun}${number === 1 ? "" : "s"}`;

/** What people call an object; data sets may not say. */
export const called = (object: { name: string; object_id: number }): string =>
  object.name || `object ${object.object_id}`;
