// The versions of apache-arrow that a consumer may have, all of which `test/interop/versions` tests.

/** One of each major version that works, the lowest first. The last major is also that of our own tests. */
export const TESTED_ARROWS: readonly string[] = [
  "16.1.0",
  "17.0.0",
  "18.1.0",
  "19.0.1",
  "20.0.0",
  "21.0.0",
  "21.1.0",
];

/** Versions below the range, which are refused. */
export const REFUSED_ARROWS: readonly string[] = ["15.0.2", "16.0.0"];

/** The range that packages declare as their peer: from the lowest tested version to the last tested major. */
export const ARROW_RANGE: string = `>=${TESTED_ARROWS[0]} <${majorOf(TESTED_ARROWS.at(-1)) + 1}`;

/** The major version of `1.2.3`. */
export function majorOf(version = ""): number {
  return Number.parseInt(version, 10);
}
