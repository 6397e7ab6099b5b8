// `kym random`: draws images for blind scoring, and writes the key to a file of its own.

import { COLUMNS } from "@kym/kym-schema";
import type { CellValue, Row } from "@kym/zarr-store";
import { csvText } from "@kym/zarr-store/table";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { guessOr } from "../../arguments/nearest-word.ts";
import { writeNewFile } from "../../arguments/write-new-file.ts";
import { type BlindNames, loadBlindNames } from "../../blind/blind-names.ts";
import { BLIND_OPTION, isBlind, namingOf, seedOf } from "../../study/blind.ts";
import { type ImagesTable, loadImagesTable } from "../../study/images-table.ts";
import { openStudy } from "../../study/open-study.ts";
import { leftOutNotes, selectImages, WHERE_OPTION } from "../../study/select-images.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { readSheet } from "../edit/sheet/read-sheet.ts";
import { type Draw, drawImages } from "./draw-images.ts";
import { BLIND_NAME, openSheet } from "./open-sheet.ts";

export const randomCommand: Command = defineCommand({
  usage: "random DATASET",
  description: `Draws images at random for blind scoring, and prints their ids in the order in which to score
them; with --blind or -o, their blind names. With --by, it draws from each group; the groups come mixed.
The key, which says what each image is, goes to the file of -o, so that the scorer need not see it.

The same seed gives the same order and names on every machine: those of the SHA-256 of SEED:ID. New
scans take places between the old ones, which keep their order and names. --open takes a table in which
somebody scored blind names, and says what each of them is.`,
  examples: [
    "kym random study.zarr --by condition --seed 7 --n 20 -o key.csv",
    'kym random study.zarr --by condition,sex --where "n_rois > 0"',
    "kym random study.zarr --seed 7 > order.txt",
    "kym random study.zarr --seed 7 --open scores.csv --by condition -o opened.csv",
  ],
  options: {
    by: {
      value: "COLUMN",
      repeats: true,
      help: "draw from each group of this column of images, such as condition",
    },
    n: { value: "N", help: "images from each group, or in all without --by (default all)" },
    ...WHERE_OPTION,
    ...BLIND_OPTION,
    open: {
      value: "FILE",
      help: "add id, groups (--by) and path to the blind names of a filled-in .csv, .tsv or .xlsx",
    },
    output: {
      short: "o",
      value: "FILE",
      help: "write the key as CSV: order, blind name, id, groups, path, seed; - is stdout, without the ids",
    },
    force: { short: "f", help: "replace an existing file", neverFromEnvironment: true },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const { by = [], n, output, where } = context.options;
    const seed = seedOf(namingOf(context));
    const perGroup = countOf(n);
    checkKey(output, isBlind(context), context.options.open);
    await using dataset = await openStudy(context, path, "r");
    const table = await loadImagesTable(dataset, { signal: context.signal });
    checkColumns(by, table, path);
    const selected = where === undefined ? undefined : await selectImages(context, dataset, where);
    const wanted = new Set(selected?.imageIds);
    const rows = new Map(table.rows.map((row) => [String(row[COLUMNS.imageId]), row]));
    const names = await loadBlindNames(dataset, seed);
    if (context.options.open !== undefined) {
      return opened(context, context.options.open, { names, by, rows });
    }
    const images = [...rows]
      .filter(([id]) => selected === undefined || wanted.has(id))
      .map(([imageId, row]) => ({ imageId, group: by.map((column) => row[column] ?? null) }));
    const draw = drawImages(images, (id) => names.of(id), perGroup);
    const key = output === undefined ? undefined : keyText(draw, by, rows, names);
    const isToFile = key !== undefined && output !== undefined && output !== "-";
    if (isToFile) {
      await writeNewFile(context.resolvePath(output), key, context.options.force === true);
    }
    const blindNames = draw.imageIds.map((id) => names.of(id));
    const shownIds = isBlind(context) ? blindNames : draw.imageIds;
    // What stands beside a key is for the scorer.
    const toScore = isToFile ? blindNames : shownIds;
    return {
      exitCode: EXIT.ok,
      data: {
        seed,
        by,
        groups: draw.groups,
        imageIds: shownIds,
        blindNames,
        ...(isToFile && { file: output }),
      },
      warnings: [
        ...(selected === undefined ? [] : leftOutNotes(selected)),
        ...smallNotes(draw, by, perGroup, isBlind(context)),
        ...(isToFile ? [`the key is in ${printable(output)}; keep it from whoever scores`] : []),
        ...(draw.imageIds.length === 0 ? ["there is no image to draw from"] : []),
      ],
      text: output === "-" && key !== undefined ? key : toScore.map((id) => `${id}\n`).join(""),
    };
  },
});

/** The filled-in table with what its names stand for. */
async function opened(
  context: CommandContext,
  file: string,
  {
    names,
    by,
    rows,
  }: { readonly names: BlindNames; readonly by: readonly string[]; readonly rows: ReadonlyMap<string, Row> },
): Promise<CommandResult> {
  const { output } = context.options;
  const { csv, rowCount } = openSheet(await readSheet(file, context), names, { by, rows, file });
  if (typeof output !== "string" || output === "-") {
    return { exitCode: EXIT.ok, data: { seed: names.seed, rows: rowCount }, text: csv };
  }
  await writeNewFile(context.resolvePath(output), csv, context.options["force"] === true);
  return {
    exitCode: EXIT.ok,
    data: { seed: names.seed, rows: rowCount, file: output },
    text: `wrote ${counted(rowCount, "row")} to ${printable(output)}\n`,
  };
}

function countOf(n: string | undefined): number | undefined {
  const count = Number(n);
  if (n !== undefined && (!/^\d+$/.test(n) || count < 1 || !Number.isSafeInteger(count))) {
    throw usageError(`--n must be a whole number from 1, not ${JSON.stringify(n)}`);
  }
  return n === undefined ? undefined : count;
}

function checkKey(output: string | undefined, blind: boolean, open: string | undefined): void {
  if (open !== undefined && blind) {
    throw usageError("--open tells what --blind hides", "leave --blind and KYM_BLIND out");
  }
  if (open !== undefined && !/(\.csv|\.tsv|\.xlsx|^-)$/i.test(open)) {
    throw usageError(`--open reads .csv, .tsv and .xlsx, not ${JSON.stringify(open)}`);
  }
  if (output !== undefined && blind) {
    throw usageError(
      "the key of -o tells what --blind hides",
      "leave --blind and KYM_BLIND out, or let somebody else write the key",
    );
  }
  if (output !== undefined && output !== "-" && !/\.csv$/i.test(output)) {
    throw usageError(`the key is CSV, but ${JSON.stringify(output)} ends otherwise`, "name it key.csv");
  }
}

function checkColumns(by: readonly string[], { columns }: ImagesTable, path: string): void {
  const names = columns.map(({ name }) => name);
  const unknown = by.find((column) => !names.includes(column));
  if (unknown !== undefined) {
    const hint = guessOr(unknown, names, `kym query ${path} "describe images" lists the columns`);
    throw usageError(`--by: the images have no column ${JSON.stringify(unknown)}`, hint);
  }
}

function keyText(
  { imageIds }: Draw,
  by: readonly string[],
  rows: ReadonlyMap<string, Row>,
  names: BlindNames,
): string {
  const cellsOf = (name: string): readonly CellValue[] => imageIds.map((id) => rows.get(id)?.[name] ?? null);
  const columns = [...new Set([COLUMNS.imageId, ...by, COLUMNS.relPath])].map((name) => ({
    name,
    values: cellsOf(name),
  }));
  const order = { name: "order", values: imageIds.map((_, index) => BigInt(index + 1)) };
  const blind = { name: BLIND_NAME, values: imageIds.map((id) => names.of(id)) };
  const seeds = { name: "seed", values: imageIds.map(() => names.seed) };
  return csvText([order, blind, ...columns, seeds], imageIds.length, "spreadsheet");
}

/** Says which groups are too small. In blind scoring only how many, because the values would tell. */
function smallNotes(
  { small }: Draw,
  by: readonly string[],
  perGroup: number | undefined,
  blind: boolean,
): readonly string[] {
  if (blind && small.length > 0) {
    return [`${counted(small.length, "group")} of fewer than ${perGroup} images`];
  }
  return small.map(({ group, images }) => {
    const values = group.map(
      (value, index) => `${by[index]} ${value === null ? "not known" : printable(String(value))}`,
    );
    return `${[...values, `only ${counted(images, "image")} of ${perGroup}`].join(", ")}`;
  });
}
