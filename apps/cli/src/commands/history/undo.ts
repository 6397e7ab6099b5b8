// `kym undo`: takes back what a commit changed in the artifacts of images.

import { KymDataset } from "@kym/kym-dataset";
import { ARTIFACTS } from "@kym/kym-schema";
import { METADATA_UNDO } from "@kym/kym-schema/merge";
import type { UndoOutcome, ZarrDataset } from "@kym/zarr-store";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { blindChange } from "../../changes/blind-change.ts";
import { wordsOfChanges } from "../../changes/change-words.ts";
import { loadChanges } from "../../changes/load-changes.ts";
import { pathChangesOf, reversed } from "../../changes/path-change.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, blindFlags, type Naming, namingOf } from "../../study/blind.ts";
import { everyImageName, type ImageNames } from "../../study/image-names.ts";
import { openStudy } from "../../study/open-study.ts";
import { type StaleRows, staleLines, staleRowsOf, wentStale } from "../../study/went-stale.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import { parseVersion } from "./parse-version.ts";
import { partsOf, refusedUndo } from "./refused-undo.ts";

export const undoCommand: Command = defineCommand({
  usage: "undo DATASET [VERSION]",
  description: `Takes back one commit that changed ROIs, conditions, notes, calibration or analyses of images.
Without VERSION, it is the newest one that is not undone; a second undo goes further back. To
undo an undo does the change again. kym log shows the versions.

Later changes stay. If one of them touched the same, in metadata the same field, nothing is
undone. What put images in, replaced or deleted them cannot be undone.`,
  examples: ["kym undo study.zarr", "kym undo study.zarr 12 --dry-run"],
  options: {
    "dry-run": { short: "n", help: "say what would be undone; write nothing" },
    ...BLIND_OPTION,
  },
  run: async (context) => {
    const [path = "", wanted] = context.args;
    const { signal } = context;
    const version = parseVersion(wanted);
    const dryRun = context.options["dry-run"] === true;
    await using dataset = await openStudy(context, path, dryRun ? "r" : "a");
    await dataset.assertExists();
    const preview = await dataset.past.undo({ ...METADATA_UNDO, version, dryRun: true, signal });
    const naming = namingOf(context);
    const names = await everyImageName(dataset, { ...naming, ids: context.verbose });
    if (preview.outcome === "refused") {
      throw refusedUndo(preview, { path, names, version });
    }
    if (dryRun) {
      return resultOf(dataset, preview, { path, names, naming, stale: [], context });
    }
    const imageIds = imageIdsOf(preview);
    const kym = new KymDataset(dataset);
    const before = await staleRowsOf(kym, imageIds, { signal });
    const undone = await dataset.past.undo({ ...METADATA_UNDO, version: preview.record.version, signal });
    if (undone.outcome === "refused") {
      throw refusedUndo(undone, { path, names, version });
    }
    const stale = wentStale(before, await staleRowsOf(kym, imageIds, { signal }));
    return resultOf(dataset, undone, { path, names, naming, stale, context });
  },
});

type Undone = Extract<UndoOutcome, { outcome: "undone" }>;

function imageIdsOf({ files }: Undone): readonly string[] {
  return [...new Set(files.map(({ imageId }) => imageId))];
}

async function resultOf(
  dataset: ZarrDataset,
  undone: Undone,
  {
    path,
    names,
    naming,
    stale,
    context,
  }: {
    readonly path: string;
    readonly names: ImageNames;
    readonly naming: Naming;
    readonly stale: readonly StaleRows[];
    readonly context: Pick<CommandContext, "signal" | "terminal">;
  },
): Promise<CommandResult> {
  const { record, version, files, left } = undone;
  const dryRun = version === undefined;
  const touched = new Set<string>(files.map((file) => file.path));
  const paths = pathChangesOf(record).filter((change) => touched.has(change.path));
  const [changes, undoing] = (
    await Promise.all(
      [paths, reversed(paths)].map((one) => loadChanges(dataset, one, { signal: context.signal })),
    )
  ).map((all) => (naming.blind ? all.map(blindChange) : all));
  // The dataset's name tells where scans lie.
  const typed = naming.blind ? "DATASET" : shellWord(path);
  const nameOf = (id: string): string => names.of(id);
  const isMerged = files.some(({ how }) => how === "merged");
  const isStale = stale.length > 0;
  const lines = [
    ...wordsOfChanges(changes ?? [], nameOf).map((words) => `${dryRun ? "would undo" : "undone"}: ${words}`),
    ...(isMerged ? ["what was changed later stays"] : []),
    ...(files.some(({ artifact }) => artifact === ARTIFACTS.provenance)
      ? ["kym refresh takes the files of the folder in again, if they are still there"]
      : []),
    ...(naming.blind
      ? left.slice(0, 1).map(() => "what else that commit changed stays as it is")
      : left.map((kept) => `${partsOf([kept], names)} stays as it is`)),
    ...(dryRun ? [] : [`kym undo ${typed} ${version}${blindFlags(naming)} does it again`]),
  ];
  const text = lines.map((line) => `${printable(names.in(line))}\n`).join("") + staleLines(stale);
  const next = isStale ? `kym index ${shellWord(path)}` : undefined;
  return {
    exitCode: EXIT.ok,
    data: {
      dryRun,
      undoes: record.version,
      version: version ?? null,
      ...(naming.blind ? { message: null, files: [] } : { message: record.message, files }),
      changes: names.inData(undoing),
      left: naming.blind ? [] : left,
      stale,
      next: next ?? null,
    },
    text: wrapText(text, context.terminal),
    ...(next !== undefined && { next }),
  };
}
