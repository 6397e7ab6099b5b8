import { expect, it } from "vitest";
import type { Crowd } from "./crowd.ts";
import { expectNothingLost } from "./expect-nothing-lost.ts";

const FULL = { workers: 8, commits: 50 };
const SHORT = { workers: 8, commits: 15 };

/**
 * The stress of the prototype (`commit-prototype.md`, tests 3, 4 and 11): eight processes, on paths of their own, all in
 * one table, and making and deleting the same; each kills or stops itself at every step by chance, is woken at random,
 * garbage is collected and everything read beside them. Afterwards each path is at its place with its hash and nothing
 * else, the chain of `prev` is whole, the numbers have no gap, the count is that of the commits.
 */
const CROWDS: readonly Crowd[] = [
  { ...FULL, mode: "disjoint" },
  { ...FULL, mode: "table" },
  { ...FULL, mode: "disjoint", isLockDisabled: true },
  { ...FULL, mode: "merge", isLockDisabled: true },
  { ...FULL, mode: "disjoint", chance: { kill: 0.01, stop: 0.03 }, readers: 1, hasGcBeside: true },
  { ...FULL, mode: "merge", chance: { kill: 0.01, stop: 0.03 }, readers: 1, hasGcBeside: true },
  { ...SHORT, mode: "table", chance: { kill: 0.01, stop: 0.03 }, readers: 1, hasGcBeside: true },
  {
    ...FULL,
    mode: "churn",
    isLockDisabled: true,
    chance: { kill: 0.02, stop: 0.1 },
    readers: 2,
    hasGcBeside: true,
  },
];

const TIMEOUT = { timeout: 300_000 };

it.each(CROWDS)("$mode, $chance, no lock: $isLockDisabled", TIMEOUT, async (crowd) => {
  const { kills } = await expectNothingLost(crowd);
  expect(kills > 0).toBe(crowd.chance !== undefined);
});
