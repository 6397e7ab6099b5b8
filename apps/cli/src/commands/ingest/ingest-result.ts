// What `kym ingest` and `kym refresh` print, as text and as JSON.

import type { IngestItem, IngestReport } from "@kym/legacy-io/node";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { keepReport, reportPathOf } from "./ingest-report-file.ts";
import { optionsThatRaise } from "./tiff-limits.ts";

/** The words of the command line, and what became of the report. */
export interface IngestWords {
  readonly folder: string;
  readonly dataset: string;
  readonly dryRun: boolean;
  /** Path of the file with the whole report, as the user would type it. */
  readonly reportFile?: string | undefined;
  /** Why that file could not be written. */
  readonly problem?: string | undefined;
}

/** Keeps the report beside the dataset, and returns what the command prints. */
export async function keptIngestResult(
  context: CommandContext,
  report: IngestReport,
  { folder, dataset, dryRun }: Pick<IngestWords, "folder" | "dataset" | "dryRun">,
): Promise<CommandResult> {
  if (dryRun || report.found === 0) {
    return ingestResult(report, { folder, dataset, dryRun });
  }
  const { isKept, problem } = await keepReport(
    context.resolvePath(dataset),
    report,
    context.resolvePath(folder),
  );
  const reportFile = isKept ? reportPathOf(dataset) : undefined;
  return ingestResult(report, { folder, dataset, dryRun, reportFile, problem });
}

/**
 * What ingest and refresh did, or would do in a dry run.
 *
 * @throws {CliError} `not_found` for a folder without an image
 */
export function ingestResult(report: IngestReport, words: IngestWords): CommandResult {
  const { folder, dataset, dryRun, reportFile, problem } = words;
  const { found, ingested, updated, unchanged, skipped, failed, orphans, conflicts, notes, counts } = report;
  const { pathFields } = report;
  if (found === 0 && notes.length === 0) {
    const hint = "image files end in .tif or .tiff; --pattern selects some of them";
    throw new CliError(EXIT.input, "not_found", `there is no TIFF in ${folder}`, { hint });
  }
  const inDataset = ingested.length + updated.length + unchanged.length;
  const headline = [
    `${dryRun ? "would load" : "loaded"} ${inDataset} of ${found}`,
    ...countOf(failed.length, "failed"),
    ...countOf(skipped.length, "skipped"),
    ...countOf(conflicts.length, conflicts.length === 1 ? "conflict" : "conflicts"),
  ].join(" · ");
  const detail = [
    `${ingested.length} new`,
    ...countOf(updated.length, "updated"),
    `${unchanged.length} unchanged`,
  ].join(", ");
  const raising = optionsThatRaise(failed.map(({ reason = "" }) => reason));
  const lines = [
    reportFile === undefined ? headline : `${headline} → ${printable(reportFile)}`,
    detail,
    ...(ingested.length === 0 ? [] : [contentsOf(counts, dryRun)]),
    ...matchesOf(pathFields),
    ...(dryRun
      ? listOf("new", ingested)
      : listOf(
          "ingested again",
          ingested.filter(({ reason }) => reason !== undefined),
        )),
    ...listOf("updated", updated),
    ...listOf("failed", failed),
    ...raising.map((option) => `  ${option} raises that limit`),
    ...listOf("skipped", skipped),
    ...listOf("conflicts", conflicts),
    ...listOf("analyses without an image", orphans),
  ];
  return {
    exitCode: failed.length > 0 ? EXIT.partial : EXIT.ok,
    data: {
      ...(dryRun && { dryRun }),
      found,
      ingested,
      updated,
      unchanged,
      skipped,
      failed,
      orphans,
      conflicts,
      ...(pathFields && { pathFields }),
      ...(reportFile !== undefined && { reportFile }),
    },
    warnings: [
      ...(problem === undefined ? [] : [problem]),
      ...notes.map((note) => `${printable(note.path)}: ${note.reason ?? ""}`),
    ],
    text: `${lines.join("\n")}\n`,
    ...(!dryRun && { next: `kym index ${dataset}` }),
  };
}

function contentsOf(counts: IngestReport["counts"], dryRun: boolean): string {
  if (counts === undefined) {
    return dryRun ? "to be restored from an export" : "restored from an export";
  }
  const { tiffs, headers, classicJsons, rois } = counts;
  const found = `found ${counted(tiffs, "TIFF")}, ${counted(headers, "header")}, ${counted(classicJsons, "metadata file")}`;
  return dryRun ? found : `${found}; ${counted(rois, "ROI")} added`;
}

/** How many images match the pattern of folder names, and one that does not. */
function matchesOf(pathFields: IngestReport["pathFields"]): readonly string[] {
  if (pathFields === undefined) {
    return [];
  }
  const { pattern, matched, unmatched } = pathFields;
  const [first = ""] = unmatched;
  const which = unmatched.length === 1 ? printable(first) : `${printable(first)} and others`;
  const rest =
    unmatched.length === 0
      ? ""
      : `, ${unmatched.length} do${unmatched.length === 1 ? "es" : ""} not: ${which}`;
  return [`${matched} of ${matched + unmatched.length} match ${printable(pattern)}${rest}`];
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
