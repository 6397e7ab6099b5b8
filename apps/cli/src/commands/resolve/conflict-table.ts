// Shows open conflicts as a table of text.

import { wordsOfField } from "@kym/kym-schema/merge";
import type { ListedConflict } from "@kym/legacy-io/node";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { recordList } from "../../screen/record-list.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { fitsWidth, printable, shorten, type TextColumn, textTable } from "../../terminal/text-table.ts";

/** An open conflict, and what people call its image. */
export interface ShownConflict extends ListedConflict {
  readonly image: string;
}

/** As much of a value as a line of a table on a terminal has room for. */
const MOST_SHOWN = 40;

const COLUMNS: readonly TextColumn[] = ["image", "field", "mine", "theirs", "base"].map((title) => ({
  title,
  shrinks: true,
}));

/** One row for each conflict. A ROI, which is long, is cut on a terminal only. */
export function conflictTable(
  conflicts: readonly ShownConflict[],
  { outIsTty, width, color }: Pick<Terminal, "outIsTty" | "width" | "color">,
): string {
  const rows = conflicts.map((conflict) => {
    const { image, name, isField, mine, theirs, base } = conflict;
    const values = isField ? [mine, theirs, base].map((value) => value ?? "—") : wholeWords(conflict);
    const cells = values.map((value) =>
      outIsTty ? shorten(printable(value), MOST_SHOWN) : printable(value),
    );
    return [printable(image), printable(wordsOfField(name)), ...cells];
  });
  return !outIsTty || fitsWidth(COLUMNS, rows, width)
    ? textTable(COLUMNS, rows, { maxWidth: outIsTty ? width : undefined, color })
    : recordList(COLUMNS, rows);
}

/** The sides of something whole in words: a table or an array is not shown. */
export function wholeWords({
  deletedBy,
  attachments,
}: Pick<ListedConflict, "deletedBy" | "attachments">): readonly [mine: string, theirs: string, base: string] {
  // An earlier build brought an image back that had been deleted here.
  const isHereAgain = deletedBy === "mine" && attachments.length === 0;
  return [
    deletedBy === "mine" ? "deleted" : "what is here",
    deletedBy === "theirs" ? "deleted" : isHereAgain ? "what is here again" : "what came",
    "—",
  ];
}

/** A conflict as `--json` has it. Values are JSON, not text. */
export function conflictData({
  name,
  key,
  mine,
  theirs,
  base,
  from,
  attachments,
  deletedBy,
}: ListedConflict): object {
  const value = (text: string | undefined): unknown =>
    text === undefined ? null : plainValue(parseLossless(text, { allowNonFinite: true }));
  return {
    field: name,
    artifact: key,
    mine: value(mine),
    theirs: value(theirs),
    base: value(base),
    ...(deletedBy && { deleted_by: deletedBy }),
    from,
    attachments,
  };
}
