// `kym export`: writes a dataset as a folder of ordinary files.

import {
  type ExportFolderOptions,
  type ExportFormat,
  type ExportNote,
  exportLegacyFolder,
  previewExport,
} from "@kym/legacy-io/node";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../arguments/command.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { startProgress } from "../terminal/progress.ts";
import { counted, printable } from "../terminal/text-table.ts";

const FORMATS: readonly ExportFormat[] = ["legacy", "kymflow", "imagej"];

export const exportCommand: Command = defineCommand({
  usage: "export DATASET FOLDER",
  description: `Writes every image as TIFF, its artifacts as JSON, CSV and NPY, and the tables as CSV. kym
ingest of that folder gives the same dataset again. The folder appears whole or not at all.

--to kymflow writes the files of the older application: flow-analysis, <stem>.json,
kym_event_db.csv and radon_report_db.csv. Run kym index first, because the last one is made
from the table kym_radon.

--to imagej writes calibrated TIFFs and ROI sets.`,
  examples: [
    "kym export study.zarr ./out",
    "kym export study.zarr ./out --force",
    "kym export study.zarr ./lab --to kymflow",
    "kym export study.zarr ./share --no-absolute-paths",
  ],
  options: {
    to: { value: "X", choices: FORMATS, help: "legacy (default), kymflow or imagej" },
    force: { short: "f", help: "replace a folder that an earlier export wrote", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "say what would be written; write nothing" },
    "no-tiff": { help: "leave the pixels out; then the folder cannot be ingested" },
    "no-tables": { help: "leave the pooled tables out" },
    "no-absolute-paths": { help: "for sharing: write no path of this machine into any file" },
  },
  run: async (context) => {
    const [path = "", folder = ""] = context.args;
    const { to: format = "legacy" } = context.options;
    const progress = startProgress(context.terminal, "exported", context.progress);
    await using dataset = await openStudy(context, path, "r");
    try {
      const options: ExportFolderOptions = {
        format,
        overwrite: context.options["force"] === true,
        includeTiff: context.options["no-tiff"] !== true,
        includeTables: context.options["no-tables"] !== true,
        absolutePaths: context.options["no-absolute-paths"] !== true,
        signal: context.signal,
        onEvent: ({ imageId, done, total }) => progress.update(done, total, imageId),
      };
      const target = context.resolvePath(folder);
      if (context.options["dry-run"] === true) {
        const { images, tables, files, notes } = await previewExport(dataset, target, options);
        progress.end();
        const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
        const headline = `would export ${countsText(images, tables, files.length, sizeBytes)}, in ${folder}`;
        const list = files.map((file) => `  ${printable(file.path)}`);
        return {
          exitCode: EXIT.ok,
          data: { images, tables, files, sizeBytes, notes },
          warnings: notes.map(noteText),
          text: `${[headline, ...list].join("\n")}\n`,
        };
      }
      const report = await exportLegacyFolder(dataset, target, options);
      progress.end();
      const { images, tables, files, sizeBytes, notes } = report;
      return {
        exitCode: EXIT.ok,
        data: report,
        warnings: notes.map(noteText),
        text: `exported ${countsText(images, tables, files, sizeBytes)}, in ${folder}\n`,
        ...nextOf(format, folder, context),
      };
    } finally {
      progress.end();
    }
  },
});

function countsText(images: number, tables: number, files: number, sizeBytes: number): string {
  return `${counted(images, "image")} and ${counted(tables, "table")}: ${counted(files, "file")}, ${(sizeBytes / 1e6).toFixed(1)} MB`;
}

function noteText({ path, reason }: ExportNote): string {
  return `${printable(path)}: ${reason}`;
}

function nextOf(
  format: ExportFormat,
  folder: string,
  { options }: Pick<CommandContext, "options">,
): Pick<CommandResult, "next"> {
  return format === "legacy" && options["no-tiff"] !== true
    ? { next: `kym ingest ${folder} copy.zarr   (gives the same dataset)` }
    : {};
}
