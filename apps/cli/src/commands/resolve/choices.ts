// Reads which side settles which conflict from the options of `kym resolve`.

import { type MergeSide, wordsOfField } from "@kym/kym-schema/merge";
import type { ListedConflict } from "@kym/legacy-io/node";
import { guessOr } from "../../arguments/nearest-word.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";

/** The options that choose a side. */
export interface SideOptions {
  readonly mine: boolean;
  readonly theirs: boolean;
  /** Each as `NAME=mine` or `NAME=theirs`. */
  readonly fields: readonly string[];
}

const SIDES: Readonly<Record<string, MergeSide>> = { mine: "ours", theirs: "theirs" };

/** True if the options settle something. */
export function isChoosing({ mine, theirs, fields }: SideOptions): boolean {
  return mine || theirs || fields.length > 0;
}

/**
 * Returns the side of each conflict that the options settle, by its name. What `--field` names goes before `--mine` and `--theirs`.
 *
 * @throws {CliError} `usage` for options that contradict each other, and `not_found` for a field that is not in conflict
 */
export function choicesOf(
  { mine, theirs, fields }: SideOptions,
  conflicts: readonly ListedConflict[],
): ReadonlyMap<string, MergeSide> {
  if (mine && theirs) {
    throw usageError(
      "--mine and --theirs contradict each other",
      "--field NAME=mine|theirs settles one field",
    );
  }
  const rest: MergeSide | undefined = mine ? "ours" : theirs ? "theirs" : undefined;
  const all = rest === undefined ? [] : conflicts.map(({ name }): [string, MergeSide] => [name, rest]);
  return new Map([...all, ...fields.map((field) => choiceOf(field, conflicts))]);
}

function choiceOf(text: string, conflicts: readonly ListedConflict[]): readonly [string, MergeSide] {
  const at = text.lastIndexOf("=");
  const side = SIDES[text.slice(at + 1)];
  if (at <= 0 || side === undefined) {
    throw usageError(
      `--field ${text}: expected NAME=mine or NAME=theirs`,
      "for example --field condition=theirs",
    );
  }
  const wanted = text.slice(0, at);
  const found = conflicts.find(({ name }) => name === wanted || wordsOfField(name) === wanted);
  if (found === undefined) {
    const names = conflicts.map(({ name }) => wordsOfField(name));
    throw new CliError(EXIT.input, "not_found", `${wanted} is not in conflict`, {
      hint: guessOr(wanted, names, `open are ${names.join(", ")}`),
    });
  }
  return [found.name, side];
}

/** What to type to settle the same without a question. */
export function commandOf(path: string, image: string, { mine, theirs, fields }: SideOptions): string {
  const side = mine ? ["--mine"] : theirs ? ["--theirs"] : [];
  const chosen = fields.flatMap((field) => ["--field", shellWord(field)]);
  return ["kym resolve", shellWord(path), shellWord(image), ...side, ...chosen, "--yes"].join(" ");
}
