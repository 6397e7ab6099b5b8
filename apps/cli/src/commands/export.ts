import { exportLegacyFolder } from "@kym/legacy-io/node";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { openStudy } from "../open-study.ts";
import { startProgress } from "../render/progress.ts";

/** `kym export DATASET FOLDER` */
export const exportCommand: Command = {
  usage: "export DATASET FOLDER",
  description: `Writes every image as TIFF, its artifacts as JSON, CSV and NPY, and the tables as CSV. kym
ingest of that folder gives the same dataset again. The folder appears whole or not at
all.`,
  examples: ["kym export study.zarr ./out", "kym export study.zarr ./out --force"],
  options: {
    force: { type: "boolean", short: "f" },
    "no-tiff": { type: "boolean" },
    "no-tables": { type: "boolean" },
  },
  optionHelp: {
    force: "replace a folder that an earlier export wrote",
    "no-tiff": "leave the pixels out (the folder cannot be taken in again)",
    "no-tables": "leave the pooled tables out",
  },
  run: async (context) => {
    const [path = "", folder = ""] = context.args;
    const progress = startProgress(context.terminal, "exported", context.progress);
    await using dataset = await openStudy(context, path, "r");
    try {
      const report = await exportLegacyFolder(dataset, context.resolvePath(folder), {
        overwrite: context.options["force"] === true,
        includeTiff: context.options["no-tiff"] !== true,
        includeTables: context.options["no-tables"] !== true,
        signal: context.signal,
        onEvent: ({ imageId, done, total }) => progress.update(done, total, imageId),
      });
      progress.end();
      const { images, tables, files, sizeBytes } = report;
      return {
        exitCode: EXIT.ok,
        data: report,
        text: `exported ${images} images and ${tables} tables: ${files} files, ${(sizeBytes / 1e6).toFixed(1)} MB, in ${folder}\n`,
        next: `kym ingest ${folder} copy.zarr   (gives the same dataset)`,
      };
    } finally {
      progress.end();
    }
  },
};
