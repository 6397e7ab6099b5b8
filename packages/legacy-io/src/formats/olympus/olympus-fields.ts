// Reads single values of an Olympus header and collects warnings about those that cannot be read.

import type { OlympusSection } from "./olympus-section.ts";

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;

/** A number from the text, and how many of its unit make one of the wanted unit. */
export interface OlympusQuantity {
  readonly value: number;
  readonly perUnit: number;
}

/** Reads values of a header by section. A value that cannot be read adds one warning. */
export interface OlympusFields {
  text(section: string, key: string): string | undefined;
  /** The groups of `pattern` as positive integers. */
  counts(section: string, key: string, pattern: RegExp): readonly number[] | undefined;
  /** Group 1 of `pattern` as a finite, non-negative number. If `units` are given, group 2 must be one of them. */
  quantity(
    section: string,
    key: string,
    pattern: RegExp,
    units?: ReadonlyMap<string, number>,
  ): OlympusQuantity | undefined;
}

export function olympusFields(sections: readonly OlympusSection[], warnings: string[]): OlympusFields {
  const warned = new Set<string>();
  const warn = (section: string, key: string, value: string): undefined => {
    const warning = `[${section}] ${key} cannot be read: ${JSON.stringify(value.slice(0, 80))}`;
    if (!warned.has(warning)) {
      warned.add(warning);
      warnings.push(warning);
    }
    return undefined;
  };
  const text = (section: string, key: string): string | undefined => {
    const entries = sections
      .filter((candidate) => candidate.name === section)
      .flatMap(({ entries }) => entries);
    return entries.find((entry) => entry.key === key)?.value;
  };
  return {
    text,
    counts: (section, key, pattern) => {
      const value = text(section, key);
      if (value === undefined) {
        return undefined;
      }
      const counts = (pattern.exec(value) ?? []).slice(1).map(Number);
      const areCounts =
        counts.length > 0 && counts.every((count) => Number.isSafeInteger(count) && count > 0);
      return areCounts ? counts : warn(section, key, value);
    },
    quantity: (section, key, pattern, units) => {
      const value = text(section, key);
      if (value === undefined) {
        return undefined;
      }
      const [, digits, unit] = pattern.exec(value) ?? [];
      const number = digits !== undefined && DECIMAL.test(digits) ? Number(digits) : Number.NaN;
      const perUnit = units === undefined ? 1 : units.get(unit?.trim() ?? "");
      return number >= 0 && number < Number.POSITIVE_INFINITY && perUnit !== undefined
        ? { value: number, perUnit }
        : warn(section, key, value);
    },
  };
}
