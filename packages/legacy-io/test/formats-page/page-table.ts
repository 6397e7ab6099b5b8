// Reads the tables of `docs/formats.md`, and checks a row against files that were made for it.
import { readFileSync } from "node:fs";
import { expect } from "vitest";

const PAGE = new URL("../../../../docs/formats.md", import.meta.url);
const NOTHING = "—";

/** What reading one file came to. A file that is refused throws an error with a code. */
export interface Outcome {
  /** What the page has in backticks in the column "read". */
  readonly words: readonly string[];
  readonly warnings: readonly string[];
}

/** Reads one file that a test has made. */
export type Trial = () => Promise<Outcome>;

/** The files of one row. `warned` and `refused` have one trial per item of their cell, in its order. */
export interface RowTrials {
  readonly read: readonly Trial[];
  readonly warned?: readonly Trial[];
  readonly refused?: readonly Trial[];
}

/** What the page has below a heading, up to the next one. */
function sectionBelow(heading: string): string {
  const [, section = ""] = readFileSync(PAGE, "utf8").split(`\n${heading}\n`);
  return section.split(/^#{1,4} /m)[0] ?? "";
}

/** The rows of the tables below a heading, each as the texts of its cells. The row of titles is left out. */
export function tableBelow(heading: string): readonly (readonly string[])[] {
  const lines = sectionBelow(heading).matchAll(/^\|(.*)\|$/gm);
  const rows = Array.from(lines, ([, cells = ""]) => cells.split("|").map((cell) => cell.trim()));
  return rows.slice(2);
}

/** The first block of `text` below a heading. */
export function textBelow(heading: string): string {
  return /^```text\n(.*?)^```$/ms.exec(sectionBelow(heading))?.[1] ?? "";
}

/** The texts in backticks. */
export function wordsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
}

/** Fails unless each cell of the row says what its files come to, and each file has a cell. */
export async function checkRow(row: readonly string[], trials: RowTrials): Promise<void> {
  const [, read = "", warned = "", refused = ""] = row;
  expect(row).toHaveLength(4);
  const said = new Set<string>();
  for (const trial of trials.read) {
    const { words, warnings } = await trial();
    expect(warnings).toEqual([]);
    for (const word of words) {
      said.add(word);
    }
  }
  expect(read === NOTHING, "nothing is read without a warning").toBe(trials.read.length === 0);
  expect([...said].toSorted()).toEqual([...new Set(wordsIn(read))].toSorted());

  const warnings = itemsOf(warned);
  expect(trials.warned ?? [], "files for the warnings").toHaveLength(warnings.length);
  for (const [index, trial] of (trials.warned ?? []).entries()) {
    const [phrase = "no phrase"] = wordsIn(warnings[index] ?? "");
    expect((await trial()).warnings.join("\n")).toContain(phrase);
  }

  const errors = itemsOf(refused);
  expect(trials.refused ?? [], "files for the errors").toHaveLength(errors.length);
  for (const [index, trial] of (trials.refused ?? []).entries()) {
    const [code = "no code"] = wordsIn(errors[index] ?? "");
    expect(errors[index]?.startsWith(`\`${code}\`: `), "an item begins with its code").toBe(true);
    expect(await codeThrownBy(trial), errors[index]).toBe(code);
  }
}

function itemsOf(cell: string): readonly string[] {
  return cell === NOTHING ? [] : cell.split("<br>");
}

async function codeThrownBy(trial: Trial): Promise<unknown> {
  try {
    await trial();
  } catch (error) {
    return typeof error === "object" && error !== null && "code" in error ? error.code : error;
  }
  return "nothing was thrown";
}
