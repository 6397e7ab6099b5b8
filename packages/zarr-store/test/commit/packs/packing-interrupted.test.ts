import { expect, it } from "vitest";
import { interruptPacking } from "./packing-interrupted.ts";

/** Every call, and calls that fail, in `packing-interrupted.soak.ts`. */
it.each(["dies"] as const)(
  "no record is lost or read twice when a writer %s while it packs, and the next session finishes the pack",
  async (how) => {
    const { calls, trials, halfRemoved } = await interruptPacking(400, how);
    expect(trials).toBeGreaterThan(10);
    expect(halfRemoved).toBeGreaterThan(0);
    console.log(`${how}: ${trials} of ${calls} calls, ${halfRemoved} times with records both packed and not`);
  },
);
