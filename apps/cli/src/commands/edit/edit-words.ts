// Says in words and tables what an edit changes.

import { isTelling } from "../../study/blind.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { counted, printable, type TextColumn, textTable } from "../../terminal/text-table.ts";
import type { EditOutcome } from "./commit-edit.ts";
import { ACCEPTED, EDIT_FIELDS, type FieldValue } from "./edit-fields.ts";
import type { FieldChange } from "./plan-edit.ts";

/** The names of the fields that an edit changes in any image, in the order of {@link EDIT_FIELDS}. */
export function changedFields(outcomes: readonly EditOutcome[]): readonly string[] {
  const changed = new Set(changesOf(outcomes).map(({ field }) => field));
  return EDIT_FIELDS.flatMap(({ name }) => (changed.has(name) ? [name] : []));
}

/**
 * What an edit does, as `set condition and note of 3 images` or `reject 20250722_A89_0002`: for the question, the log and the
 * result.
 *
 * @param nameOf how to call an image that is edited alone
 */
export function editWords(outcomes: readonly EditOutcome[], nameOf: (imageId: string) => string): string {
  const edited = outcomes.filter(({ outcome }) => outcome === "edited");
  const [first] = edited;
  const what =
    first !== undefined && edited.length === 1 ? nameOf(first.imageId) : counted(edited.length, "image");
  const fields = changedFields(outcomes);
  if (fields.length === 1 && fields[0] === ACCEPTED) {
    const answers = new Set(changesOf(outcomes).map((change) => change.new));
    return answers.size > 1
      ? `accept or reject ${what}`
      : `${answers.has(true) ? "accept" : "reject"} ${what}`;
  }
  const isClearing = changesOf(outcomes).every((change) => change.new === null);
  return `${isClearing ? "clear" : "set"} ${inWords(fields)} of ${what}`;
}

function changesOf(outcomes: readonly EditOutcome[]): readonly FieldChange[] {
  return outcomes.flatMap((one) => (one.outcome === "edited" ? one.changes : []));
}

function inWords(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** As many changes as are shown without `-v` where they are not the answer itself. */
const MOST_SHOWN = 20;

const TITLES: readonly TextColumn[] = [
  { title: "file", shrinks: "path" },
  { title: "field" },
  { title: "old", shrinks: true },
  { title: "new", shrinks: true },
];

interface ShowOptions {
  readonly nameOf: (imageId: string) => string;
  readonly blind: boolean;
  /** Show every change. */
  readonly isWhole: boolean;
}

/** One line for each changed field of each image. */
export function changesTable(
  outcomes: readonly EditOutcome[],
  { nameOf, blind, isWhole }: ShowOptions,
  { outIsTty, width, color }: Pick<Terminal, "outIsTty" | "width" | "color">,
): string {
  const rows = outcomes.flatMap((one) =>
    one.outcome === "edited"
      ? one.changes.map((change) => [
          printable(nameOf(one.imageId)),
          change.field,
          blind && isHidden(change.field) ? "(hidden)" : valueText(change.old),
          valueText(change.new),
        ])
      : [],
  );
  if (rows.length === 0) {
    return "";
  }
  const shown = isWhole ? rows : rows.slice(0, MOST_SHOWN);
  const more = rows.length - shown.length;
  const table = textTable(TITLES, shown, { maxWidth: outIsTty ? width : undefined, color });
  return `${table}${more === 0 ? "" : `and ${counted(more, "more change")}; -v shows them all\n`}`;
}

/** Whether a blind scorer must not see what a field was. A note may say what the scan is. */
export function isHidden(field: string): boolean {
  return isTelling(field) || field === "note";
}

function valueText(value: FieldValue): string {
  switch (typeof value) {
    case "boolean":
      return value ? "yes" : "no";
    case "string":
      return value === "" ? "—" : printable(value);
    default:
      return value === null ? "—" : String(value);
  }
}
