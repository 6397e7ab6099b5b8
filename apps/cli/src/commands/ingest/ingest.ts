import { basename } from "node:path";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { openOrMakeStudy } from "../../study/open-study.ts";
import { requireFolder } from "../../study/require-folder.ts";
import { startProgress } from "../../terminal/progress.ts";
import { FOLDER_OPTIONS, folderOptions } from "./folder-options.ts";
import { keptIngestResult } from "./ingest-result.ts";
import { TIFF_LIMIT_OPTIONS } from "./tiff-limits.ts";

/** `kym ingest FOLDER DATASET` */
export const ingestCommand: Command = defineCommand({
  usage: "ingest FOLDER DATASET",
  description: `Takes the TIFFs of a folder, and the headers, metadata and analyses beside them, into the
dataset. The folder is only read. A second run, or one after an interruption, takes in
what is missing and what changed beside an image; pixels that are in the dataset stay
(see kym refresh). A folder that kym export wrote is restored as it was.

What failed, was left alone or conflicts is also written to a report beside the dataset:
study.ingest-report.json for study.zarr.`,
  examples: [
    "kym ingest ./kymographs study.zarr",
    "kym ingest ./kymographs study.zarr --dry-run",
    'kym ingest "28d AngII" study.zarr --pattern "2025*.tif" --jobs 2',
  ],
  options: {
    ...FOLDER_OPTIONS,
    "no-sidecars": { help: "take only the pixels" },
    ...TIFF_LIMIT_OPTIONS,
    "dry-run": { short: "n", help: "say what would become of each file; write nothing" },
  },
  run: async (context) => {
    const [folder = "", path = ""] = context.args;
    const options = folderOptions(context);
    await requireFolder(context.resolvePath(folder), folder);
    const progress = startProgress(context.terminal, "loaded", context.progress);
    await using dataset = await openOrMakeStudy(context, path, "a");
    try {
      const report = await ingestLegacyFolder(dataset, context.resolvePath(folder), {
        ...options,
        onEvent: (event) => {
          if (event.type === "read") {
            progress.update(event.done, event.total, basename(event.path));
          }
        },
      });
      progress.end();
      return await keptIngestResult(context, report, { folder, dataset: path, dryRun: options.dryRun });
    } finally {
      progress.end();
    }
  },
});
