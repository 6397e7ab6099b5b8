import { expect, it } from "vitest";
import { KillShim } from "../../packages/zarr-store/test/commit/every-call/kill-shim.ts";
import { killThreads } from "./killed-threads.ts";

const reason = await KillShim.whyNot();
if (reason !== undefined) {
  console.log(`SKIPPED: kills at calls need a C compiler, which this machine does not have: ${reason}`);
}

it.skipIf(reason)(
  "an ingest with threads, killed at its calls, has done all or nothing",
  { timeout: 600_000 },
  async () => {
    const { calls, killed, none, all } = await KillShim.with((shim) => killThreads({ shim, every: 13 }));
    expect(killed).toBeGreaterThan(0.8 * Math.floor(calls / 13));
    expect(Math.min(none, all)).toBeGreaterThan(0);
  },
);
