// Loads what the spreadsheet of `--from` asks for, and refuses it as a whole if it has a fault.

import type { ZarrDataset } from "@kym/zarr-store";
import type { CommandContext } from "../../arguments/command.ts";
import { loadBlindNames } from "../../blind/blind-names.ts";
import { namingOf, seedOf } from "../../study/blind.ts";
import { loadImagesTable } from "../../study/images-table.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import type { WantedValues } from "./plan-edit.ts";
import { readSheet } from "./sheet/read-sheet.ts";
import { wantedBySheet } from "./sheet/wanted-by-sheet.ts";

/** As many faults as an error can list and still be read. */
const MOST_SHOWN = 8;

/**
 * Reads a spreadsheet against the images of a dataset.
 *
 * @throws {CliError} `invalid_sheet`, with every fault in `details`; and the errors of `readSheet`
 */
export async function loadSheet(
  context: Pick<CommandContext, "resolvePath" | "stdin" | "signal" | "options">,
  dataset: ZarrDataset,
  path: string,
): Promise<{ readonly wanted: ReadonlyMap<string, WantedValues>; readonly notes: readonly string[] }> {
  const sheet = await readSheet(path, context);
  const naming = namingOf(context);
  const blind = naming.blind ? await loadBlindNames(dataset, seedOf(naming)) : undefined;
  const table = await loadImagesTable(dataset, { blind, signal: context.signal });
  const { wanted: named, passedOver, faults } = wantedBySheet(sheet, table);
  if (faults.length > 0) {
    const shown = faults.slice(0, MOST_SHOWN).map((fault) => `\n  ${printable(fault)}`);
    const more = faults.length - shown.length;
    throw new CliError(
      EXIT.input,
      "invalid_sheet",
      `${path}: nothing was written, because of ${counted(faults.length, "fault")}${shown.join("")}${more === 0 ? "" : `\n  and ${more} more`}`,
      { details: { faults } },
    );
  }
  const wanted =
    blind === undefined
      ? named
      : new Map([...named].map(([name, values]) => [blind.idOf(name) ?? name, values]));
  return {
    wanted,
    notes: [
      ...(sheet.assumedEncoding === undefined
        ? []
        : ["the sheet is not in UTF-8, and was read as Windows-1252: compare letters with accents"]),
      ...(passedOver.length === 0
        ? []
        : [`columns that no edit sets were passed over: ${passedOver.join(", ")}`]),
    ],
  };
}
