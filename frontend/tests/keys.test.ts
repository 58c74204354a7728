import { describe, expect, it } from "vitest";
import { duration, frameAt, timecode } from "../src/clock";
import { ACTIONS, actionFor, conflict, nameOf, printed } from "../src/keys";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  nameOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe("keys", () => {
  it("are named as the table names them", () => {
    expect(press("p")).toBe("P");
    expect(press("P", { shiftKey: true })).toBe("Shift+P");
    expect(press("z", { metaKey: true, shiftKey: true })).toBe("Ctrl+Shift+Z");
    expect(press("?", { shiftKey: true })).toBe("?");
    expect(press("+", { shiftKey: true })).toBe("+");
    expect(press(" ")).toBe("Space");
    expect(press("ArrowLeft", { shiftKey: true })).toBe("Shift+ArrowLeft");
  });
  it("mean different things in different views", () => {
    expect(actionFor("Space", "label", {})?.id).toBe("play");
    expect(actionFor("Space", "verify", {})?.id).toBe("unsure");
    expect(actionFor("J", "label", {})).toBeNull();
    expect(actionFor("Ctrl+Shift+Z", "verify", {})?.id).toBe("redo");
  });
  it("can be changed, and then the old one is free", () => {
    expect(actionFor("A", "verify", { no: "A" })?.id).toBe("no");
    expect(actionFor("J", "verify", { no: "A" })).toBeNull();
  });
  it("move the cross further with Shift", () => {
    expect(actionFor("Shift+W", "label", {})?.id).toBe("cross-up-far");
    expect(actionFor("Shift+Q", "label", {})).toBeNull();
  });
  it("never mean two things", () => {
    for (const { id, keys } of ACTIONS) for (const key of keys) expect(conflict(id, key, {})).toBeNull();
    expect(conflict("no", "F", {})?.id).toBe("yes");
    expect(conflict("no", "P", {})).toBeNull();
  });
  it("are printed as on a keyboard", () => {
    expect(printed("Shift+ArrowLeft")).toBe("Shift-←");
    expect(printed("Ctrl+Z")).toBe("Ctrl-Z");
    expect(printed("+")).toBe("+");
    expect(printed("-")).toBe("-");
  });
});

describe("times", () => {
  it("are read as a clock", () => {
    expect(timecode(3.9335)).toBe("00:03.933");
    expect(timecode(59.9999)).toBe("00:59.999");
    expect(timecode(3661.5)).toBe("1:01:01.500");
    expect(duration(95)).toBe("1 min 35 s");
    expect(duration(0.82)).toBe("0.8 s");
  });
  it("find the frame that is on the screen, whatever the rate", () => {
    const times = [0, 0.04, 0.05, 1.5];
    expect([0, 0.041, 0.05, 1.49, 9].map((seconds) => frameAt(times, seconds))).toEqual([0, 1, 2, 2, 3]);
  });
});
