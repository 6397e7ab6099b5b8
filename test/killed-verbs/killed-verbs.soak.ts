import { expect, it } from "vitest";
import { KillShim } from "../../packages/zarr-store/test/commit/every-call/kill-shim.ts";
import { KILLED_VERBS, tryVerb } from "./killed-verbs.ts";
import { MORE_VERBS } from "./more-verbs.ts";

/** A share of the calls: all of them are an hour's work. */
const EVERY = 53;

const reason = await KillShim.whyNot();
if (reason !== undefined) {
  console.log(`SKIPPED: kills at calls need a C compiler, which this machine does not have: ${reason}`);
}

it.skipIf(reason).each(
  [...KILLED_VERBS, ...MORE_VERBS].flatMap((verb) =>
    (verb.makes === undefined ? [true, false] : [true]).map((hasLinks) => ({
      verb,
      hasLinks,
      name: verb.name,
    })),
  ),
)(
  "kym $name, killed at its calls, has done all or nothing; hard links: $hasLinks",
  { timeout: 300_000 },
  async ({ verb, hasLinks }) => {
    const { calls, ended, before, after } = await KillShim.with((shim) =>
      tryVerb(verb, { shim, hasLinks, every: EVERY }),
    );
    expect(ended).toBeGreaterThan(0.8 * Math.floor(calls / EVERY));
    expect(before + after).toBeGreaterThanOrEqual(Math.floor(calls / EVERY));
    // Kills were before and after the commit. What has no commit may be ended before or after its result in each trial.
    expect(!KILLED_VERBS.includes(verb) || Math.min(before, after) > 0).toBe(true);
  },
);

/** One verb with calls that fail, the next on a full disk, each at a share of its calls. */
it.skipIf(reason).each(
  [...KILLED_VERBS, ...MORE_VERBS].map((verb, at) => ({
    verb,
    fault: at % 2 === 0 ? ("failed" as const) : ("full" as const),
    name: verb.name,
  })),
)(
  "kym $name, $fault at its calls, has done all or nothing and says so",
  { timeout: 300_000 },
  async ({ verb, fault }) => {
    const { calls, before, after } = await KillShim.with((shim) =>
      tryVerb(verb, { shim, hasLinks: true, every: EVERY, fault }),
    );
    expect(before + after).toBeGreaterThanOrEqual(Math.floor(calls / EVERY));
  },
);
