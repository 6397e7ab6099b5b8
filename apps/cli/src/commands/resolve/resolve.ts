// `kym resolve`: lists the open conflicts of a dataset, and settles those of an image.

import { KymDataset } from "@kym/kym-dataset";
import { type ImageConflict, loadTableConflicts, type TableConflict } from "@kym/kym-dataset/copies";
import { type MergeSide, wordsOfField } from "@kym/kym-schema/merge";
import { type ListedConflict, listOpenConflicts, resolveConflicts } from "@kym/legacy-io/node";
import type { ZarrDataset } from "@kym/zarr-store";
import { isConfirmed, YES_OPTION } from "../../arguments/ask-yes-no.ts";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { openStudy } from "../../study/open-study.ts";
import { rowsOfImages, staleLines, staleRowsOf, wentStale } from "../../study/went-stale.ts";
import { CliError, usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { choicesOf, commandOf, isChoosing, type SideOptions } from "./choices.ts";
import { conflictData, conflictTable, type ShownConflict, wholeWords } from "./conflict-table.ts";
import { leftOutData, leftOutLines, settleLeftOut } from "./resolve-left-out.ts";
import { settleTable, tableData, tableLines } from "./resolve-table.ts";
import { settleDeleted } from "./settle-deleted.ts";
import { deletedConflicts, isDeletedHere, namedImages } from "./whole-images.ts";

export const resolveCommand: Command = defineCommand({
  usage: "resolve DATASET [IMAGE]",
  description: `Lists what was changed both in the dataset and in what came for it, and so stays as it is until
somebody settles it: image, field, what the dataset has (mine), what came (theirs), and what
both came from (base).

With --mine, --theirs or --field, it settles the conflicts of one image in one commit, and says
which rows went stale. The attachment that kept what came goes with the last conflict.

A whole image that came and was not taken is kept until it is settled, because it was deleted
here, or because another one is here in its place. --theirs takes it, in that place; --mine gives
it up. What deletes an image, or gives up one that was deleted here, asks first; where nobody can
be asked it ends with 5 unless --yes is given. --table settles a pooled table.`,
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
    ...YES_OPTION,
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
  const named = await namedImages(dataset, { signal });
  const { names, find, kept } = named;
  const imageId = wanted === undefined ? undefined : find(wanted, path);
  const images = await listOpenConflicts(dataset, { imageId, signal });
  const isWanted = (id: string): boolean => imageId === undefined || id === imageId;
  const deleted = deletedConflicts(named).filter((each) => isWanted(each.imageId));
  const shown = [
    ...images.flatMap(({ imageId: id, conflicts }) =>
      conflicts.map((conflict): ShownConflict => ({ ...conflict, image: names.of(id) })),
    ),
    ...deleted,
  ];
  const tables = wanted === undefined ? await loadTableConflicts(dataset, { signal }) : [];
  const leftOut = kept.filter(
    (each) => !isDeletedHere(each) && (isWanted(each.here) || isWanted(each.imageId)),
  );
  const what = firstOf(shown, tables, leftOut, names);
  return {
    exitCode: EXIT.ok,
    data: [
      ...images.map(({ imageId: id, conflicts }) => ({
        image_id: id,
        image: names.of(id),
        conflicts: conflicts.map(conflictData),
      })),
      ...[...Map.groupBy(deleted, (each) => each.imageId)].map(([id, conflicts]) => ({
        image_id: id,
        image: names.of(id),
        conflicts: conflicts.map(conflictData),
      })),
      ...tables.map(tableData),
      ...leftOut.map(leftOutData),
    ],
    text:
      what === undefined
        ? "no conflict is open\n"
        : `${shown.length === 0 ? "" : conflictTable(shown, terminal)}${wrapText(tableLines(tables) + leftOutLines(leftOut, names), terminal)}`,
    ...(what !== undefined && { next: `kym resolve ${shellWord(path)} ${what} --mine|--theirs` }),
  };
}

/** What the next line names: an image, or a table. */
function firstOf(
  [first]: readonly ShownConflict[],
  [table]: readonly TableConflict[],
  [leftOut]: readonly ImageConflict[],
  names: ImageNames,
): string | undefined {
  if (first !== undefined) {
    return shellWord(first.image);
  }
  return table === undefined
    ? leftOut && shellWord(names.of(leftOut.here))
    : `--table ${shellWord(table.table)}`;
}

async function settle(
  dataset: ZarrDataset,
  path: string,
  wanted: string,
  sides: SideOptions,
  context: CommandContext,
): Promise<CommandResult> {
  const { signal, terminal, options } = context;
  const named = await namedImages(dataset, context);
  const { names, find, kept } = named;
  const imageId = find(wanted, path);
  const image = names.of(imageId);
  const deleted = deletedConflicts(named).filter((each) => each.imageId === imageId);
  if (deleted.length > 0) {
    return settleDeleted(dataset, path, deleted, sides, context);
  }
  const [found] = await listOpenConflicts(dataset, { imageId, signal });
  const leftOut = kept.find((each) => each.imageId === imageId) ?? kept.find((each) => each.here === imageId);
  if (found === undefined && leftOut !== undefined) {
    return settleLeftOut(dataset, leftOut, names, sides, context);
  }
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
  if (
    isDeleted &&
    !isDry &&
    !(await isConfirmed(context, deletionOf(image), commandOf(path, image, sides)))
  ) {
    return { exitCode: EXIT.ok, data: notDeleted(imageId, found.conflicts), text: "nothing was deleted\n" };
  }
  const kym = new KymDataset(dataset);
  const before = isDry ? [] : await staleRowsOf(kym, [imageId], context);
  const done = isDry ? undefined : await resolveConflicts(dataset, imageId, choices, { signal });
  const after = isDry ? [] : await staleRowsOf(kym, [imageId], context);
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
    open.length > 0 || (leftOut !== undefined && !isDeleted)
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
        ...conflictData(conflict),
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

function deletionOf(image: string): string {
  return `  ${printable(image)}\nDelete this image and all analyses of it, as the side that is taken did?`;
}

function notDeleted(imageId: string, conflicts: readonly ListedConflict[]): object {
  const open = conflicts.map(({ name }) => name);
  return { image_id: imageId, settled: [], deleted: false, open, went_stale: [], next: null };
}

function sideOf(choices: ReadonlyMap<string, MergeSide>, name: string): "mine" | "theirs" | undefined {
  const side = choices.get(name);
  return side === "ours" ? "mine" : side;
}
