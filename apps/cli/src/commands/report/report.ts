// `kym report`: one HTML file with the numbers, the statistics and a picture of each image, to be sent on.

import { type Command, defineCommand } from "../../arguments/command.ts";
import { BLIND_OPTION } from "../../study/blind.ts";
import { WHERE_OPTION } from "../../study/select-images.ts";
import { reportFile } from "./report-file.ts";
import { writeReport } from "./write-report.ts";

export const reportCommand: Command = defineCommand({
  usage: "report DATASET",
  description: `Writes one HTML file that needs no network, to be read, printed and sent on. It has the statistics by
condition over accepted images, a table that sorts and filters, each image with its ROIs, 600 lines
as recorded, velocities and events, and which files the last ingest could not read.

With --blind, it has no names, dates, conditions and groups; images have blind names by the seed.

Run kym index before: the numbers are those of the pooled tables.`,
  examples: [
    "kym report study.zarr -o report.html",
    "kym report study.zarr -o angii.html --where \"condition = 'AngII'\"",
  ],
  options: {
    output: { short: "o", value: "FILE", help: "write to FILE.html" },
    ...WHERE_OPTION,
    ...BLIND_OPTION,
    force: { short: "f", help: "replace an existing file", neverFromEnvironment: true },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const file = reportFile(context.options.output);
    return writeReport(context, path, file);
  },
});
