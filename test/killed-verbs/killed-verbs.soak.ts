import { expect, it } from "vitest";
import { KillShim } from "../../packages/zarr-store/test/commit/every-call/kill-shim.ts";
import { KILLED_VERBS, killVerb } from "./killed-verbs.ts";

const reason = await KillShim.whyNot();
if (reason !== undefined) {
  console.log(`SKIPPED: kills at calls need a C compiler, which this machine does not have: ${reason}`);
}

it
  .skipIf(reason)
  .each(
    KILLED_VERBS.flatMap((verb) => [true, false].map((hasLinks) => ({ verb, hasLinks, name: verb.name }))),
  )(
  "kym $name, killed at its calls, has done all or nothing; hard links: $hasLinks",
  { timeout: 300_000 },
  async ({ verb, hasLinks }) => {
    const { calls, killed, before, after } = await KillShim.with((shim) =>
      killVerb(verb, { shim, hasLinks, every: 11 }),
    );
    expect(killed).toBeGreaterThan(0.8 * Math.floor(calls / 11));
    expect(Math.min(before, after)).toBeGreaterThan(0);
  },
);
