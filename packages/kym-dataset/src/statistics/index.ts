/**
 * Compares groups of values: the tests of Mann and Whitney and of Kruskal and Wallis, with scipy's numbers, and mean ± SEM over
 * animals or days.
 *
 * @module
 */

export { type KruskalWallis, kruskalWallis } from "./kruskal-wallis.ts";
export { type MannWhitney, mannWhitney } from "./mann-whitney.ts";
export { type MeanOfUnits, meanOfUnits, medianOfValues, type UnitValue } from "./mean-of-units.ts";
export type { NoTest } from "./no-test.ts";
