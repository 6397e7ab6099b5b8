import { basename } from "node:path";
import { type IngestItem, type IngestReport, ingestLegacyFolder } from "@kym/legacy-io/node";
import { CliError, usageError } from "../cli-error.ts";
import type { Command, CommandContext, CommandResult } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { openStudy } from "../open-study.ts";
import { startProgress } from "../render/progress.ts";
import { printable } from "../render/text-table.ts";

/** `kym ingest FOLDER DATASET` */
export const ingestCommand: Command = {
  usage: "ingest FOLDER DATASET",
  description: `Takes the TIFFs of a folder, and the headers, metadata and analyses beside them, into the
dataset. The folder is only read. What is in the dataset already stays as it is; a
second run, or one after an interruption, takes in what is missing. A folder that
kym export wrote is restored as it was.`,
  examples: [
    "kym ingest ./kymographs study.zarr",
    'kym ingest "28d AngII" study.zarr --pattern "2025*.tif" --jobs 2',
  ],
  options: {
    pattern: { type: "string" },
    jobs: { type: "string", short: "j" },
    "no-sidecars": { type: "boolean" },
  },
  optionHelp: {
    pattern: 'which images, by file name (default "*.{tif,tiff}", in any case)',
    jobs: "files read at the same time (default 4)",
    "no-sidecars": "take only the pixels",
  },
  run: async (context) => {
    const [folder = "", path = ""] = context.args;
    const { pattern } = context.options;
    const progress = startProgress(context.terminal, "loaded", context.progress);
    await using dataset = await openStudy(context, path, "a");
    try {
      const report = await ingestLegacyFolder(dataset, context.resolvePath(folder), {
        jobs: jobsOf(context),
        includeSidecars: context.options["no-sidecars"] !== true,
        signal: context.signal,
        onEvent: (event) => {
          if (event.type === "read") {
            progress.update(event.done, event.total, basename(event.path));
          }
        },
        ...(typeof pattern === "string" && { pattern }),
      });
      progress.end();
      if (report.found === 0) {
        const hint = "images end in .tif or .tiff; --pattern chooses among them";
        throw new CliError(EXIT.input, "not_found", `there is no TIFF in ${folder}`, { hint });
      }
      return resultOf(report, path);
    } finally {
      progress.end();
    }
  },
};

function jobsOf(context: CommandContext): number {
  const { jobs = "4" } = context.options;
  const count = Number(jobs);
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw usageError(`--jobs is a number from 1 to 64, not ${JSON.stringify(jobs)}`);
  }
  return count;
}

function resultOf(report: IngestReport, path: string): CommandResult {
  const { found, ingested, unchanged, skipped, failed, orphans, conflicts, notes, counts } = report;
  const inDataset = ingested.length + unchanged.length;
  const headline = [
    `loaded ${inDataset} of ${found}`,
    ...countOf(failed.length, "failed"),
    ...countOf(skipped.length, "skipped"),
    ...countOf(conflicts.length, "conflicts"),
  ].join(" · ");
  const detail = `${ingested.length} new, ${unchanged.length} unchanged`;
  const contents = ingested.length === 0 ? [] : [contentsOf(counts)];
  const lines = [
    headline,
    detail,
    ...contents,
    ...listOf("failed", failed),
    ...listOf("skipped", skipped),
    ...listOf("conflicts", conflicts),
    ...listOf("analyses without an image", orphans),
  ];
  return {
    exitCode: failed.length > 0 ? EXIT.partial : EXIT.ok,
    data: { found, ingested, unchanged, skipped, failed, orphans, conflicts },
    warnings: notes.map((note) => `${printable(note.path)}: ${note.reason ?? ""}`),
    text: `${lines.join("\n")}\n`,
    next: `kym index ${path}`,
  };
}

function contentsOf(counts: IngestReport["counts"]): string {
  if (counts === undefined) {
    return "restored from an export";
  }
  const { tiffs, headers, classicJsons, rois } = counts;
  return `found ${tiffs} TIFFs, ${headers} headers, ${classicJsons} metadata files; ${rois} ROIs taken in`;
}

function countOf(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${word}`];
}

function listOf(title: string, items: readonly IngestItem[]): readonly string[] {
  return items.length === 0
    ? []
    : [
        `${title}:`,
        ...items.map(
          ({ path, reason }) => `  ${printable(path)}${reason === undefined ? "" : ` — ${reason}`}`,
        ),
      ];
}
