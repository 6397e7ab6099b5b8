// The wildcard patterns that select images by file name, such as `*.{tif,tiff}`.

import { LegacyIoError } from "../../errors.ts";

const MAX_ALTERNATIVES = 256;

/**
 * Compiles a pattern to a test of file names. Case is ignored.
 *
 * | in the pattern | matches |
 * |---|---|
 * | `*` | any run of characters |
 * | `?` | any one character |
 * | `{a,b}` | `a` or `b`; not nested |
 * | anything else, also `[` and `]` | itself |
 *
 * A test takes at most time proportional to pattern length times name length, whatever the pattern.
 *
 * @throws LegacyIoError `invalid_argument` for an unbalanced brace, and for more than 256 alternatives.
 */
export function namePattern(pattern: string): (name: string) => boolean {
  const alternatives = expandBraces(pattern).map((alternative) => [...alternative.toLowerCase()]);
  return (name) => {
    const characters = [...name.toLowerCase()];
    return alternatives.some((alternative) => matchesWildcards(alternative, characters));
  };
}

function expandBraces(pattern: string): readonly string[] {
  const start = pattern.indexOf("{");
  const stop = pattern.indexOf("}", start + 1);
  if (start === -1 && stop === -1) {
    return [pattern];
  }
  const choices = pattern.slice(start + 1, stop);
  if (start === -1 || stop === -1 || choices.includes("{")) {
    throw new LegacyIoError(
      "invalid_argument",
      `unbalanced braces in the pattern ${JSON.stringify(pattern)}`,
      {
        found: pattern,
      },
    );
  }
  const tails = expandBraces(pattern.slice(stop + 1));
  const expanded = choices
    .split(",")
    .flatMap((choice) => tails.map((tail) => pattern.slice(0, start) + choice + tail));
  if (expanded.length > MAX_ALTERNATIVES) {
    throw new LegacyIoError("invalid_argument", `more than ${MAX_ALTERNATIVES} alternatives in a pattern`, {
      found: expanded.length,
    });
  }
  return expanded;
}

function matchesWildcards(pattern: readonly string[], name: readonly string[]): boolean {
  let atPattern = 0;
  let atName = 0;
  let star = -1;
  let nameAtStar = 0;
  while (atName < name.length) {
    const wanted = pattern[atPattern];
    if (wanted === "*") {
      star = atPattern++;
      nameAtStar = atName;
    } else if (wanted !== undefined && (wanted === "?" || wanted === name[atName])) {
      atPattern++;
      atName++;
    } else if (star >= 0) {
      atPattern = star + 1;
      atName = ++nameAtStar;
    } else {
      return false;
    }
  }
  while (pattern[atPattern] === "*") {
    atPattern++;
  }
  return atPattern === pattern.length;
}
