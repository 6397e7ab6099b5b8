// `kym refresh`: updates a dataset after its folder has changed.

import { basename } from "node:path";
import type { OnChange, RefreshMode } from "@kym/legacy-io";
import { refreshFromFolder } from "@kym/legacy-io/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { openStudy } from "../../study/open-study.ts";
import { requireFolder } from "../../study/require-folder.ts";
import { startProgress } from "../../terminal/progress.ts";
import { lockFor, SHARD_OPTION, shardOf } from "../index/shard-option.ts";
import { firstLineOf } from "./first-line-of.ts";
import { FOLDER_OPTIONS, folderOptions } from "./folder-options.ts";
import { keptIngestResult } from "./ingest-result.ts";
import { PATH_FIELDS_OPTIONS } from "./path-fields-options.ts";
import { TIFF_LIMIT_OPTIONS } from "./tiff-limits.ts";

const MODES: readonly RefreshMode[] = ["skip", "reingest_if_changed"];
const ON_CHANGE: readonly OnChange[] = ["new-record", "supersede"];

export const refreshCommand: Command = defineCommand({
  usage: "refresh DATASET FOLDER",
  description: `Updates the dataset to match a folder. New files are added, moved files are recognised, and
changed metadata and analyses replace the earlier ones. The folder is only read.

Metadata that were edited in the dataset are merged with the folder's field by field; an
analysis that was edited stays. What both sides changed is a conflict: the folder's file is
kept as an attachment until kym resolve settles it, and the run ends with 3. A changed TIFF is left alone unless --mode says otherwise. Images
that were deleted from the dataset do not come back.

The names of folders are read by the pattern that the dataset remembers. --path-fields gives
another one; what was edited in the dataset stays.

A file counts as unchanged if its size and time are as they were; any other is compared by its
bytes. With --verify, every file is.

With --shard, several processes or machines divide the folder, as with kym ingest.

With --again, unchanged files are read again too if a reader with a known fault may have
read them wrong; kym check names them. Pixels that differ make a new record in place of
the old one, with its ROIs and its accepted; artifacts that differ are replaced.`,
  examples: [
    "kym refresh study.zarr ./kymographs",
    "kym refresh study.zarr ./kymographs --dry-run",
    "kym refresh study.zarr ./kymographs --mode reingest_if_changed",
    "kym refresh study.zarr ./kymographs --again --dry-run",
  ],
  options: {
    mode: {
      value: "X",
      choices: MODES,
      help: "what to do with a changed TIFF: skip (default) or reingest_if_changed",
    },
    "on-change": {
      value: "X",
      choices: ON_CHANGE,
      help: "how to add a reingested TIFF: new-record (default) or supersede",
    },
    verify: { help: "hash every file: also find what was changed without a new size or time" },
    again: { help: "read again what kym check names: images that a faulty reader may have read" },
    ...FOLDER_OPTIONS,
    ...PATH_FIELDS_OPTIONS,
    "no-sidecars": { help: "look only at the pixels" },
    ...SHARD_OPTION,
    ...TIFF_LIMIT_OPTIONS,
    "dry-run": { short: "n", help: "say what would happen to each file; write nothing" },
  },
  run: async (context) => {
    const [path = "", folder = ""] = context.args;
    const shard = shardOf(context);
    const options = {
      ...folderOptions(context),
      shard,
      mode: context.options.mode,
      onChange: context.options["on-change"],
      again: context.options.again === true,
      verify: context.options.verify === true,
    };
    const { dryRun } = options;
    const progress = startProgress(context.terminal, "refreshed", context.progress);
    await using dataset = await openStudy(context, path, dryRun ? "r" : "a", { lock: lockFor(shard) });
    try {
      await dataset.assertExists();
      await requireFolder(context.resolvePath(folder), folder);
      const report = await refreshFromFolder(dataset, context.resolvePath(folder), {
        ...options,
        onEvent: (event) => {
          const first = firstLineOf(event, context.resolvePath(folder));
          if (first !== undefined) {
            progress.begin(first);
          }
          if (event.type === "read") {
            progress.update(event.done, event.total, basename(event.path));
          }
        },
      });
      progress.end();
      return await keptIngestResult(context, report, { folder, dataset: path, dryRun });
    } finally {
      progress.end();
    }
  },
});
