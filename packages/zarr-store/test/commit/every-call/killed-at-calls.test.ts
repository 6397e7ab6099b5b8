import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { CALL_CASES } from "./call-cases.ts";
import { killAtCalls } from "./kill-at-calls.ts";
import { KillShim } from "./kill-shim.ts";

const reason = await KillShim.whyNot();
if (reason !== undefined) {
  console.log(`SKIPPED: kills at calls need a C compiler, which this machine does not have: ${reason}`);
}

/** At every call, of more than a commit, with hard links and on exFAT, in `killed-at-calls.soak.ts`. */
it.skipIf(reason).each(CALL_CASES.filter(({ name }) => /^(a commit|an edit|an undo)/.test(name)))(
  "a process killed at some of its calls without hard links loses nothing and stops nobody: $name",
  async (callCase) => {
    const { calls, killed } = await KillShim.with((shim) =>
      killAtCalls(callCase, { shim, folder: tmpdir(), hasLinks: false, every: 20 }),
    );
    expect(killed).toBeGreaterThanOrEqual(Math.floor(calls / 20) - 1);
  },
);
