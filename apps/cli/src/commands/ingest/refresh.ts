import { basename } from "node:path";
import type { OnChange, RefreshMode } from "@kym/legacy-io";
import { refreshFromFolder } from "@kym/legacy-io/node";
import { choiceOption } from "../../arguments/choice-option.ts";
import type { Command } from "../../arguments/command.ts";
import { openStudy } from "../../study/open-study.ts";
import { requireFolder } from "../../study/require-folder.ts";
import { startProgress } from "../../terminal/progress.ts";
import { folderOptions } from "./folder-options.ts";
import { keptIngestResult } from "./ingest-result.ts";
import { TIFF_LIMIT_HELP, TIFF_LIMIT_OPTIONS } from "./tiff-limits.ts";

const MODES: readonly RefreshMode[] = ["skip", "reingest_if_changed"];
const ON_CHANGE: readonly OnChange[] = ["new-record", "supersede"];

/** `kym refresh DATASET FOLDER` */
export const refreshCommand: Command = {
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
    mode: { type: "string" },
    "on-change": { type: "string" },
    pattern: { type: "string" },
    jobs: { type: "string", short: "j" },
    "no-sidecars": { type: "boolean" },
    ...TIFF_LIMIT_OPTIONS,
    "dry-run": { type: "boolean", short: "n" },
  },
  optionHelp: {
    mode: "of a changed TIFF: skip (default) or reingest_if_changed",
    "on-change": "a reingested TIFF: new-record (default) or supersede",
    pattern: 'which images, by file name (default "*.{tif,tiff}", in any case)',
    jobs: "files read at the same time (default 4)",
    "no-sidecars": "look only at the pixels",
    ...TIFF_LIMIT_HELP,
    "dry-run": "say what would become of each file; write nothing",
  },
  run: async (context) => {
    const [path = "", folder = ""] = context.args;
    const options = {
      ...folderOptions(context),
      mode: choiceOption(context, "mode", MODES),
      onChange: choiceOption(context, "on-change", ON_CHANGE),
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
};
