// `kym ingest`: puts a folder of kymographs into a dataset.

import { basename } from "node:path";
import { KymDataset, type UpdateReport } from "@kym/kym-dataset";
import { type IngestReport, ingestLegacyFolder } from "@kym/legacy-io/node";
import type { ZarrDataset } from "@kym/zarr-store";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { type ImageNames, imageNames } from "../../study/image-names.ts";
import { INDEXERS, indexersOf } from "../../study/indexers.ts";
import { openOrMakeStudy } from "../../study/open-study.ts";
import { requireFolder } from "../../study/require-folder.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { allCounts, failureNotes, lineOf, queryNext } from "../index/index-lines.ts";
import { indexProgress } from "../index/index-progress.ts";
import { lockFor, SHARD_OPTION, shardOf } from "../index/shard-option.ts";
import { firstLineOf } from "./first-line-of.ts";
import { FOLDER_OPTIONS, folderOptions } from "./folder-options.ts";
import { keptIngestResult } from "./ingest-result.ts";
import { PATH_FIELDS_OPTIONS } from "./path-fields-options.ts";
import { TIFF_LIMIT_OPTIONS } from "./tiff-limits.ts";

export const ingestCommand: Command = defineCommand({
  usage: "ingest FOLDER DATASET",
  description: `Puts the TIFFs of a folder into the dataset, with the headers, metadata and analyses beside
them. The folder is only read. A folder that kym export wrote is restored as it was.

You can run it again, also after an interruption: it adds what is missing, and what changed
beside an image. Pixels that are in the dataset stay as they are (see kym refresh). Images that
were deleted from the dataset do not come back, unless --deleted is given: then their files go
in as new images, without what was edited in the dataset.

With --path-fields, the names of folders say what the files beside an image leave open, such
as treatment and date: {name} is one folder's name or a piece of it, * is any part of the path.
It counts as if a file beside the image had said so. The dataset remembers the pattern.

With --index, the pooled tables are updated as well, as by kym index. The rows of new images
are made while they are stored, so that nothing is opened twice.

With --shard, several processes or machines that share a file system divide the folder: give all of
them the same FOLDER, by the same absolute path. Each leaves a report of its own, such as
study.ingest-report.3-of-16.json. docs/scale.md says more.

Files that failed, were skipped, conflict or have no image are also listed in a report beside
the dataset: study.ingest-report.json for study.zarr. A screen names long lists by their
first files; -v lists all of them.`,
  examples: [
    "kym ingest ./kymographs study.zarr",
    "kym ingest ./kymographs study.zarr --index",
    "kym ingest ./kymographs study.zarr --dry-run",
    'kym ingest "28d AngII" study.zarr --pattern "2025*.tif" --jobs 2',
    "kym ingest /lab/kymographs /lab/study.zarr --shard 3/16",
    'kym ingest lab study.zarr --path-fields "{treatment}/{date}/*"',
  ],
  options: {
    ...FOLDER_OPTIONS,
    ...PATH_FIELDS_OPTIONS,
    deleted: { help: "also put in again what was deleted from the dataset", neverFromEnvironment: true },
    "no-sidecars": { help: "ingest only the pixels" },
    index: { help: "update the pooled tables as well" },
    ...SHARD_OPTION,
    ...TIFF_LIMIT_OPTIONS,
    "dry-run": { short: "n", help: "say what would happen to each file; write nothing" },
  },
  run: async (context) => {
    const [folder = "", path = ""] = context.args;
    const shard = shardOf(context);
    const options = { ...folderOptions(context), shard };
    await requireFolder(context.resolvePath(folder), folder);
    const progress = startProgress(context.terminal, "loaded", context.progress);
    await using dataset = await openOrMakeStudy(context, path, "a", { lock: lockFor(shard) });
    const kym = context.options.index === true && !options.dryRun ? new KymDataset(dataset) : undefined;
    try {
      const report = await ingestLegacyFolder(dataset, context.resolvePath(folder), {
        ...options,
        returnDeleted: context.options.deleted === true,
        onEvent: (event) => {
          const first = firstLineOf(event, context.resolvePath(folder));
          if (first !== undefined) {
            progress.begin(first);
          }
          if (event.type === "read") {
            progress.update(event.done, event.total, basename(event.path));
          }
        },
        onStored: async (record) => {
          for (const indexer of kym === undefined ? [] : INDEXERS) {
            await kym?.prepareRows(indexer, record, { signal: context.signal });
          }
        },
      });
      progress.end();
      const words = { folder, dataset: path, dryRun: options.dryRun };
      const result = await keptIngestResult(context, report, words);
      return kym === undefined
        ? result
        : await indexed(kym, context, result, {
            names: await imageNames(dataset, { blind: false }),
            // Other shards see to the images of their files.
            imageIds: shard && (await imagesOf(dataset, report)),
          });
    } finally {
      progress.end();
    }
  },
});

/** Updates the pooled tables, and adds what that did to the result of the ingest. */
async function indexed(
  kym: KymDataset,
  context: CommandContext,
  result: CommandResult,
  { names, imageIds }: { readonly names: ImageNames; readonly imageIds: readonly string[] | undefined },
): Promise<CommandResult> {
  const { args, terminal, signal } = context;
  const indexers = await indexersOf(kym.dataset);
  const progress = indexProgress(context, indexers.length, names);
  let reports: readonly UpdateReport[];
  try {
    const { onEvent } = progress;
    reports = await kym.updateIndexes(indexers, { mode: "incremental", imageIds, signal, onEvent });
  } finally {
    progress.end();
  }
  const failures = failureNotes(reports, names);
  const { exitCode, data, warnings = [], shortWarnings = warnings, text } = result;
  return {
    exitCode: exitCode === EXIT.ok && failures.length > 0 ? EXIT.partial : exitCode,
    data: {
      ...Object(data),
      indexers: allCounts(reports, undefined, (imageIds ?? (await kym.dataset.listImageIds())).length),
    },
    warnings: [...warnings, ...failures],
    shortWarnings: [...shortWarnings, ...failures],
    text: `${text}${wrapText(reports.map((report) => lineOf(report)).join(""), terminal)}`,
    ...queryNext(reports, shellWord(args[1] ?? "")),
  };
}

/** The images that the files of a report are, as far as the dataset has them. */
async function imagesOf(dataset: ZarrDataset, report: IngestReport): Promise<readonly string[]> {
  const { ingested, updated, unchanged, skipped, failed, conflicts } = report;
  const items = [ingested, updated, unchanged, skipped, failed, conflicts].flat();
  const existing = new Set(await dataset.listImageIds());
  return items.flatMap(({ imageId }) => (imageId !== undefined && existing.has(imageId) ? [imageId] : []));
}
