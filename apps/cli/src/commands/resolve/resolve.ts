// `kym resolve`: lists the open conflicts of a dataset, and settles those of an image.

import { loadTableConflicts } from "@kym/kym-dataset/copies";
import { type MergeSide, wordsOfField } from "@kym/kym-schema/merge";
import { type ListedConflict, listOpenConflicts, resolveConflicts } from "@kym/legacy-io/node";
import type { ZarrDataset } from "@kym/zarr-store";
import { parseLossless, plainValue } from "@kym/zarr-store/json";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { findImage } from "../../study/find-image.ts";
import { imageNames } from "../../study/image-names.ts";
import { openStudy } from "../../study/open-study.ts";
import { rowsOfImages, staleLines, staleRowsOf, wentStale } from "../../study/went-stale.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { choicesOf, isChoosing, type SideOptions } from "./choices.ts";
import { conflictTable, type ShownConflict, wholeWords } from "./conflict-table.ts";
import { settleTable, tableData, tableLines } from "./resolve-table.ts";

export const resolveCommand: Command = defineCommand({
  usage: "resolve DATASET [IMAGE]",
  description: `Lists what was changed both in the dataset and in what came for it, and so stays as it is until
somebody settles it: image, field, what the dataset has (mine), what came (theirs), and what
both came from (base).

With --mine, --theirs or --field, it settles the conflicts of one image in one commit, and says
which rows went stale. The attachment that kept what came goes with the last conflict. Of an
image that one copy deleted and the other changed, the side that deleted it deletes it. --table
settles a pooled table that both copies changed.`,
  examples: [
    "kym resolve study.zarr",
    "kym resolve study.zarr 20250722_A89_0002 --theirs",
    "kym resolve study.zarr 20250722_A89_0002 --field condition=theirs",
    "kym resolve study.zarr 20250722_A89_0002 --theirs --field roi:2=mine",
    "kym resolve study.zarr --table conditions --theirs",
  ],
  options: {
    mine: { help: "keep what the dataset has", neverFromEnvironment: true },
    theirs: { help: "take what came", neverFromEnvironment: true },
    field: {
      value: "NAME=mine|theirs",
      repeats: "whole",
      help: "settle one field; may be repeated, and goes before --mine and --theirs",
      neverFromEnvironment: true,
    },
    table: { value: "NAME", help: "settle a pooled table", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "say what would be settled; write nothing" },
  },
  run: async (context) => {
    const [path = "", wanted] = context.args;
    const { options } = context;
    const isDry = options["dry-run"] === true;
    const sides: SideOptions = {
      mine: options.mine === true,
      theirs: options.theirs === true,
      fields: options.field ?? [],
    };
    const { table } = options;
    if (typeof table === "string") {
      if (wanted !== undefined) {
        throw usageError("--table settles a table and no image", "leave the image out");
      }
      await using dataset = await openStudy(context, path, isDry ? "r" : "a");
      await dataset.assertExists();
      return settleTable(dataset, table, sides, context);
    }
    if (isChoosing(sides) && wanted === undefined) {
      throw usageError(
        "name the image whose conflicts are settled",
        `kym resolve ${shellWord(path)} lists them`,
      );
    }
    await using dataset = await openStudy(context, path, isChoosing(sides) && !isDry ? "a" : "r");
    await dataset.assertExists();
    return isChoosing(sides)
      ? settle(dataset, path, wanted ?? "", sides, context)
      : list(dataset, path, wanted, context);
  },
});

async function list(
  dataset: ZarrDataset,
  path: string,
  wanted: string | undefined,
  { terminal, signal }: CommandContext,
): Promise<CommandResult> {
  const names = await imageNames(dataset, { blind: false });
  const imageId = wanted === undefined ? undefined : (await findImage(dataset, wanted, path)).image_id;
  const images = await listOpenConflicts(dataset, { imageId, signal });
  const shown = images.flatMap(({ imageId: id, conflicts }) =>
    conflicts.map((conflict): ShownConflict => ({ ...conflict, image: names.of(id) })),
  );
  const tables = wanted === undefined ? await loadTableConflicts(dataset, { signal }) : [];
  const [[first], [table]] = [shown, tables];
  const what = first !== undefined ? shellWord(first.image) : table && `--table ${shellWord(table.table)}`;
  return {
    exitCode: EXIT.ok,
    data: [
      ...images.map(({ imageId: id, conflicts }) => ({
        image_id: id,
        image: names.of(id),
        conflicts: conflicts.map(dataOf),
      })),
      ...tables.map(tableData),
    ],
    text:
      what === undefined
        ? "no conflict is open\n"
        : `${first === undefined ? "" : conflictTable(shown, terminal)}${wrapText(tableLines(tables), terminal)}`,
    ...(what !== undefined && { next: `kym resolve ${shellWord(path)} ${what} --mine|--theirs` }),
  };
}

async function settle(
  dataset: ZarrDataset,
  path: string,
  wanted: string,
  sides: SideOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { signal, terminal, options } = context;
  const { image_id: imageId } = await findImage(dataset, wanted, path);
  const image = (await imageNames(dataset, { blind: false })).of(imageId);
  const [found] = await listOpenConflicts(dataset, { imageId, signal });
  if (found === undefined) {
    const hint = `kym resolve ${shellWord(path)} lists the images that have some`;
    throw new CliError(EXIT.input, "not_found", `${image} has no open conflict`, { hint });
  }
  const choices = choicesOf(sides, found.conflicts);
  const isDry = options["dry-run"] === true;
  const isDeleted = found.conflicts.some(
    ({ name, deletedBy }) => deletedBy !== undefined && deletedBy === sideOf(choices, name),
  );
  const rows = isDeleted ? await rowsOfImages(dataset, [imageId], { signal }) : [];
  const before = isDry ? [] : await staleRowsOf(dataset, [imageId], context);
  const done = isDry ? undefined : await resolveConflicts(dataset, imageId, choices, { signal });
  const after = isDry ? [] : await staleRowsOf(dataset, [imageId], context);
  const stale = wentStale(before, after);
  const settled = found.conflicts.filter(({ name }) => choices.has(name));
  const open = isDeleted
    ? []
    : (done?.open ?? found.conflicts.flatMap(({ name }) => (choices.has(name) ? [] : [name])));
  const line = (conflict: ListedConflict): string => {
    const side = sideOf(choices, conflict.name) ?? "mine";
    const [mine, theirs] = wholeWords(conflict);
    const whole = conflict.deletedBy === undefined ? "" : `: ${side === "mine" ? mine : theirs}`;
    const value = conflict.isField ? ` ${printable(conflict[side] ?? "—")}` : whole;
    return `${image}: ${isDry ? "would take" : "took"} ${side} of ${printable(wordsOfField(conflict.name))}${value}`;
  };
  const left = open.map((name) => printable(wordsOfField(name))).join(", ");
  const next =
    open.length > 0
      ? `kym resolve ${shellWord(path)} ${shellWord(image)}`
      : [...after, ...rows].some(({ image_ids: ids }) => ids.length > 0)
        ? `kym index ${shellWord(path)}`
        : undefined;
  return {
    exitCode: EXIT.ok,
    data: {
      ...(isDry && { dryRun: true }),
      image_id: imageId,
      settled: settled.map((conflict) => ({
        ...dataOf(conflict),
        side: sideOf(choices, conflict.name) ?? "mine",
      })),
      deleted: isDeleted,
      open,
      went_stale: stale,
      next: next ?? null,
    },
    text: wrapText(
      [
        ...settled.map(line),
        ...(open.length === 0 ? [] : [`${counted(open.length, "conflict")} of ${image} still open: ${left}`]),
      ]
        .map((each) => `${each}\n`)
        .join("") +
        staleLines(stale) +
        staleLines(
          rows.filter(({ image_ids: ids }) => ids.length > 0),
          isDry ? "would go with the next index" : "go with the next index",
        ),
      terminal,
    ),
    ...(next !== undefined && { next }),
  };
}

function sideOf(choices: ReadonlyMap<string, MergeSide>, name: string): "mine" | "theirs" | undefined {
  const side = choices.get(name);
  return side === "ours" ? "mine" : side;
}

/** A conflict as `--json` has it. Values are JSON, not text. */
function dataOf({ name, key, mine, theirs, base, from, attachments, deletedBy }: ListedConflict): object {
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
