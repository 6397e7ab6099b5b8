import { expect, it } from "vitest";
import { interruptPacking } from "./packing-interrupted.ts";

it.each(["dies", "one call fails"] as const)(
  "no record is lost or read twice when a writer %s at any call while it packs",
  async (how) => {
    const { calls, trials, halfRemoved } = await interruptPacking(7, how);
    expect(trials).toBeGreaterThan(200);
    expect(halfRemoved).toBeGreaterThan(0);
    console.log(`${how}: ${trials} of ${calls} calls, ${halfRemoved} times with records both packed and not`);
  },
  300_000,
);
