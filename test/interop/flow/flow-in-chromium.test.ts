// Checks that velocities, cleaning and events have the same bits in Node and in Chromium, and the rest 1e-12.

import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { hasChromium, startChromium } from "../browser/chromium.ts";
import { openPage } from "../browser/open-page.ts";
import { type FlowBits, flowBits } from "./flow-bits.ts";

describe.skipIf(!hasChromium())("in Chromium", () => {
  test("velocities, cleaning and events have the bits that they have in Node", async () => {
    const { outputFiles } = await build({
      entryPoints: [join(import.meta.dirname, "flow-bits.ts")],
      bundle: true,
      conditions: ["@kym/source"],
      format: "iife",
      platform: "browser",
      write: false,
    });
    await using chromium = await startChromium();
    const page = await openPage(chromium.devToolsUrl, "data:text/html,<title>Flow</title>");
    await page.evaluate(outputFiles[0]?.text ?? "");
    const theirs = (await page.evaluate("flowBits()")) as FlowBits;
    const ours = await flowBits();
    expect(theirs.exact).toEqual(ours.exact);
    expect(Object.values(ours.exact).every((digits) => digits.length > 100)).toBe(true);
    expect(theirs.near).toHaveLength(ours.near.length);
    for (const [index, value] of ours.near.entries()) {
      const other = theirs.near[index] ?? null;
      const isNear =
        value === null || other === null
          ? value === other
          : Math.abs(value - other) <= 1e-12 * Math.abs(value);
      expect([index, isNear]).toEqual([index, true]);
    }
    expect(page.messages).toEqual([]);
  });
});
