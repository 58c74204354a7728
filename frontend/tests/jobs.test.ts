import { afterEach, describe, expect, it, vi } from "vitest";
import type { Job } from "../src/api/types";

const job = (state: Job["state"]): Job => ({
  id: "a",
  kind: "export",
  state,
  done: 0,
  total: 0,
  eta_seconds: null,
  message: "",
  video: null,
  result: null,
  can_go_on: false,
});

describe("jobs", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("do not begin again when the answer that they were begun comes late", async () => {
    vi.stubGlobal("fetch", async () => Response.json({ videos: [] }));
    vi.stubGlobal("location", { hash: "" });
    const { jobs, noteJob } = await import("../src/state/app");
    noteJob(job("running"));
    expect(jobs.value.get("a")?.state).toBe("running");
    noteJob(job("done"));
    noteJob(job("waiting"));
    expect(jobs.value.get("a")?.state).toBe("done");
  });
});
