// Puts the comparison of two builds into words.

import type { MeasureTitle, Unit } from "./build-messages.ts";
import { type Comparison, type MedianRange, spreadOf, type Verdict } from "./compare-rounds.ts";

interface Compared {
  readonly title: MeasureTitle;
  readonly comparison: Comparison;
}

const WORDS: Readonly<Record<Unit, { readonly less: string; readonly more: string; readonly same: string }>> =
  {
    ms: { less: "faster", more: "SLOWER", same: "as fast" },
    MiB: { less: "smaller", more: "LARGER", same: "as large" },
  };

export function comparisonLine({ name, unit }: MeasureTitle, comparison: Comparison): string {
  const { ratio, oldOverOld, verdict } = comparison;
  return [
    `${name}: ${inWords(verdict, unit)}`,
    `  new ${number(comparison.new)} ${unit}, old ${number(comparison.old)} ${unit}; ratio ${range(ratio)}; old against itself ${range(oldOverOld)}`,
  ].join("\n");
}

/** Above this spread, the old build differed so much from itself that a change of 10 % could not be seen. */
const UNSTEADY = 1.1;

/** Says which measures take more than before, and whether the machine was quiet enough to tell. */
export function summaryLine(what: string, compared: readonly Compared[]): string {
  const worse = compared.filter(({ comparison }) => comparison.verdict === "more");
  const names = worse.map(({ title }) => title.name).join("; ");
  const spread = Math.max(...compared.map(({ comparison }) => spreadOf(comparison.oldOverOld)));
  const doubt =
    spread > UNSTEADY
      ? `\nThe old build took up to ${spread.toFixed(2)} times as much as itself: measure on a quieter machine, or more rounds`
      : "";
  return worse.length === 0
    ? `${what}: none of ${compared.length} takes more than before${doubt}`
    : `${what}: ${worse.length} of ${compared.length} take more than before: ${names}${doubt}`;
}

function inWords(verdict: Verdict, unit: Unit): string {
  const words = WORDS[unit];
  switch (verdict) {
    case "less":
      return words.less;
    case "more":
      return words.more;
    default:
      return `${words.same}, ${verdict}`;
  }
}

function range({ median, low, high }: MedianRange): string {
  return `${median.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function number(value: number): string {
  return value.toPrecision(value < 1000 ? 3 : 4);
}
