import { basename } from "node:path";
import type { OnChange, RefreshMode } from "@kym/legacy-io";
import { refreshFromFolder } from "@kym/legacy-io/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { openStudy } from "../../study/open-study.ts";
import { requireFolder } from "../../study/require-folder.ts";
import { startProgress } from "../../terminal/progress.ts";
import { FOLDER_OPTIONS, folderOptions } from "./folder-options.ts";
import { keptIngestResult } from "./ingest-result.ts";
import { TIFF_LIMIT_OPTIONS } from "./tiff-limits.ts";

const MODES: readonly RefreshMode[] = ["skip", "reingest_if_changed"];
const ON_CHANGE: readonly OnChange[] = ["new-record", "supersede"];

/** `kym refresh DATASET FOLDER` */
export const refreshCommand: Command = defineCommand({
  usage: "refresh DATASET FOLDER",
  description: `Brings the dataset to what a folder holds now: new files are taken in, analyses and
metadata that changed beside an image replace what was made of them, moved files are
found again. What was edited in the dataset stays; the folder's file is kept as an
attachment and reported as a conflict. A changed TIFF is left alone unless --mode says
otherwise; deleted images do not come back. The folder is only read.`,
  examples: [
    "kym refresh study.zarr ./kymographs",
    "kym refresh study.zarr ./kymographs --dry-run",
    "kym refresh study.zarr ./kymographs --mode reingest_if_changed",
  ],
  options: {
    mode: { value: "X", choices: MODES, help: "of a changed TIFF: skip (default) or reingest_if_changed" },
    "on-change": {
      value: "X",
      choices: ON_CHANGE,
      help: "a reingested TIFF: new-record (default) or supersede",
    },
    ...FOLDER_OPTIONS,
    "no-sidecars": { help: "look only at the pixels" },
    ...TIFF_LIMIT_OPTIONS,
    "dry-run": { short: "n", help: "say what would become of each file; write nothing" },
  },
  run: async (context) => {
    const [path = "", folder = ""] = context.args;
    const options = {
      ...folderOptions(context),
      mode: context.options.mode,
      onChange: context.options["on-change"],
    };
    const { dryRun } = options;
    const progress = startProgress(context.terminal, "refreshed", context.progress);
    await using dataset = await openStudy(context, path, dryRun ? "r" : "a");
    try {
      await dataset.assertExists();
      await requireFolder(context.resolvePath(folder), folder);
      const report = await refreshFromFolder(dataset, context.resolvePath(folder), {
        ...options,
        onEvent: (event) => {
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
