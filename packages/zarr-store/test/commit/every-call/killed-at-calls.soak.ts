import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { EXFAT, LoopImage } from "../power-cut/loop-image.ts";
import { CALL_CASES, PACKING } from "./call-cases.ts";
import { killAtCalls } from "./kill-at-calls.ts";
import { KillShim } from "./kill-shim.ts";

const reason = await KillShim.whyNot();
if (reason !== undefined) {
  console.log(`SKIPPED: kills at every call need a C compiler, which this machine does not have: ${reason}`);
}
const noExfat = reason ?? (await LoopImage.whyNot(EXFAT));
if (noExfat !== undefined) {
  console.log(
    `SKIPPED: exFAT needs root, a loop device and a driver, which this machine does not give: ${noExfat}`,
  );
}

const TIMEOUT = { timeout: 300_000 };
/** Times on exFAT were seen in whole seconds: a folder made just now is as old as now. */
const EXFAT_STEP_MS = 1_100;

/** Without links at every third call. With links, steps of many commits are in `killed-process.soak.ts` as well. */
describe.each([
  { place: "without hard links", hasLinks: false, every: 3 },
  { place: "with hard links", hasLinks: true, every: 5 },
])("a process killed at its calls that change something, $place", ({ hasLinks, every }) => {
  it.skipIf(reason).each(CALL_CASES)(
    "loses nothing, tears nothing and stops nobody: $name",
    TIMEOUT,
    async (callCase) => {
      const { calls, killed, before, after } = await KillShim.with((shim) =>
        killAtCalls(callCase, { shim, folder: tmpdir(), hasLinks, every }),
      );
      expect(killed * every).toBeGreaterThan(0.9 * calls);
      expect(Math.min(before, after)).toBeGreaterThan(3);
    },
  );
});

it.skipIf(reason).each([true, false])(
  "a process killed while it packs loses nothing, tears nothing and stops nobody, with hard links: %s",
  TIMEOUT,
  async (hasLinks) => {
    const { calls, killed, after } = await KillShim.with((shim) =>
      killAtCalls(PACKING, { shim, folder: tmpdir(), hasLinks, every: 1 }),
    );
    // A thousand records are removed.
    expect(calls).toBeGreaterThan(1_000);
    expect(killed).toBeGreaterThan(20);
    expect(after).toBeGreaterThan(8);
  },
);

it.skipIf(noExfat).each(CALL_CASES)(
  "a process killed on exFAT loses nothing, tears nothing and stops nobody: $name",
  TIMEOUT,
  async (callCase) => {
    const { killed } = await KillShim.with((shim) =>
      LoopImage.with(
        (image) =>
          image.mounted(undefined, (folder) =>
            killAtCalls(callCase, { shim, folder, hasLinks: false, every: 12, clockStepMs: EXFAT_STEP_MS }),
          ),
        EXFAT,
      ),
    );
    expect(killed).toBeGreaterThan(5);
  },
);
