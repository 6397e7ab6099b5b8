// Compares our cleaning with what the lab's program stored.

import { cleanVelocity } from "../../src/index.ts";
import type { StoredTrace } from "../support/stored-trace.ts";

/** Windows where the lab's clean velocity is another, blanks included. */
export async function differingClean(stored: StoredTrace, isImported: boolean): Promise<number> {
  const ours = await cleanVelocity({
    ...stored,
    version: "lab",
    cut: !isImported,
    // Where the file has no velocity, the angle was 90°.
    thetaDeg: isImported ? undefined : stored.velocityMmPerS.map((value) => (Number.isNaN(value) ? 90 : 0)),
  });
  return [...ours].filter((value, window) => {
    const theirs = stored.cleanMmPerS[window]!;
    return !(Object.is(value, theirs) || Math.abs(value - theirs) <= 1e-6 * Math.abs(theirs));
  }).length;
}
