// Shows the agreement of two scorers as text, and as a table of its numbers.

import type { Agreement, ScorerReport } from "@kym/kym-dataset/copies";
import type { CellValue } from "@kym/zarr-store";
import type { CommandContext } from "../../arguments/command.ts";
import type { OutputColumn, OutputTable } from "../../output/output-table.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { counted, printable, textTable } from "../../terminal/text-table.ts";

/** What the two copies are called, as the user typed them. */
export interface CopyNames {
  readonly first: string;
  readonly second: string;
}

const MOST_NAMED = 5;
const SHOWN_DIGITS = 3;

export function agreementText(
  { images, accepted, events, leftOut }: ScorerReport,
  copies: CopyNames,
  names: ImageNames,
  { terminal, verbose }: Pick<CommandContext, "terminal" | "verbose">,
): string {
  const { outIsTty, width, color } = terminal;
  const options = { maxWidth: outIsTty ? width : undefined, color };
  const right = { align: "right" as const };
  const [first, second] = [printable(copies.first), printable(copies.second)];
  const pairs = (agreement: Agreement, unit: string): string =>
    agreement.pairs.length === 0
      ? ""
      : textTable(
          [
            { title: first, shrinks: true },
            { title: second, shrinks: true },
            { title: unit, ...right },
          ],
          agreement.pairs.map((pair) => [printable(pair.first), printable(pair.second), String(pair.count)]),
          options,
        );
  const parts = [
    `${counted(images, "image")} compared\n`,
    `${wrapText(`accepted: ${sentence(accepted)}\n`, terminal)}${pairs(accepted, "images")}`,
    ...events.map(({ column, counts, matched }) => {
      const types = counts.map(({ type, first: ours, second: theirs }) => [
        type === "" ? "—" : printable(type),
        String(ours),
        String(theirs),
      ]);
      const table = textTable(
        [
          { title: column, shrinks: true },
          { title: first, ...right },
          { title: second, ...right },
        ],
        types,
        options,
      );
      return types.length === 0
        ? `${column}: no image has events in both copies\n`
        : `${column} of all events\n${table}\n${wrapText(`${column} of matched events: ${sentence(matched)}\n`, terminal)}${pairs(matched, "events")}`;
    }),
  ];
  const notes = leftOut.map(({ n, what: unit, of, reason, imageIds }) => {
    const shown = imageIds.map((id) => printable(names.of(id))).sort();
    const listed = verbose ? shown : shown.slice(0, MOST_NAMED);
    const more = shown.length - listed.length;
    const rest = more > 0 ? ` and ${more} more; -v lists them` : "";
    const whose = of === "events" && unit === "image" ? "the events of " : "";
    return `left out: ${whose}${counted(n, unit)}, ${reason}: ${listed.join(", ")}${rest}\n`;
  });
  return [...parts, ...(notes.length === 0 ? [] : [wrapText(notes.join(""), terminal)])].join("\n");
}

function sentence({ n, agreed, kappa, expected }: Agreement): string {
  if (n === 0) {
    return "nothing to compare";
  }
  const share = `${agreed} of ${n} agree (${((100 * agreed) / n).toFixed(1)} %)`;
  return kappa === null
    ? `${share}; kappa is not known, because both chose one and the same throughout`
    : `${share}, by chance ${(100 * (expected ?? 0)).toFixed(1)} %; Cohen's kappa ${kappa.toFixed(SHOWN_DIGITS)}`;
}

/** One row for each pair of categories and each count of a type, and one with the statistics of each comparison. */
export function agreementTable({ accepted, events }: ScorerReport): OutputTable {
  const rows: readonly AgreementRow[] = [
    ...rowsOf("accepted", accepted),
    ...events.flatMap(({ column, counts, matched }) => [
      ...counts.flatMap(({ type, first, second }) => [
        { measure: `count of ${column}`, first: type, n: first },
        { measure: `count of ${column}`, second: type, n: second },
      ]),
      ...rowsOf(column, matched),
    ]),
  ];
  return {
    columns: Object.entries(COLUMN_TYPES).map(([name, type]) => ({
      name,
      type,
      values: rows.map((row) => row[name] ?? null),
    })),
    rowCount: rows.length,
  };
}

type AgreementRow = Readonly<Record<string, CellValue | undefined>>;

const COLUMN_TYPES: Readonly<Record<string, OutputColumn["type"]>> = {
  measure: "utf8",
  first: "utf8",
  second: "utf8",
  n: "int64",
  agreed: "int64",
  observed: "float64",
  expected: "float64",
  kappa: "float64",
};

function rowsOf(measure: string, { pairs, n, agreed, observed, expected, kappa }: Agreement): AgreementRow[] {
  return [
    ...pairs.map(({ first, second, count }) => ({ measure, first, second, n: count })),
    { measure, n, agreed, observed, expected, kappa },
  ];
}
