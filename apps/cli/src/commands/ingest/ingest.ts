// `kym ingest`: puts a folder of kymographs into a dataset.

import { basename } from "node:path";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { openOrMakeStudy } from "../../study/open-study.ts";
import { requireFolder } from "../../study/require-folder.ts";
import { startProgress } from "../../terminal/progress.ts";
import { FOLDER_OPTIONS, folderOptions } from "./folder-options.ts";
import { keptIngestResult } from "./ingest-result.ts";
import { PATH_FIELDS_OPTIONS } from "./path-fields-options.ts";
import { TIFF_LIMIT_OPTIONS } from "./tiff-limits.ts";

export const ingestCommand: Command = defineCommand({
  usage: "ingest FOLDER DATASET",
  description: `Puts the TIFFs of a folder into the dataset, with the headers, metadata and analyses beside
them. The folder is only read. A folder that kym export wrote is restored as it was.

You can run it again, also after an interruption: it adds what is missing, and what changed
beside an image. Pixels that are in the dataset stay as they are (see kym refresh).

With --path-fields, the names of folders say what the files beside an image leave open, such
as treatment and date: {name} is one folder's name or a piece of it, * is any part of the path.
It counts as if a file beside the image had said so. The dataset remembers the pattern.

Files that failed, were skipped, conflict or have no image are also listed in a report beside
the dataset: study.ingest-report.json for study.zarr. A screen names long lists by their
first files; -v lists all of them.`,
  examples: [
    "kym ingest ./kymographs study.zarr",
    "kym ingest ./kymographs study.zarr --dry-run",
    'kym ingest "28d AngII" study.zarr --pattern "2025*.tif" --jobs 2',
    'kym ingest lab study.zarr --path-fields "{treatment}/{date}/*"',
  ],
  options: {
    ...FOLDER_OPTIONS,
    ...PATH_FIELDS_OPTIONS,
    "no-sidecars": { help: "ingest only the pixels" },
    ...TIFF_LIMIT_OPTIONS,
    "dry-run": { short: "n", help: "say what would happen to each file; write nothing" },
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
