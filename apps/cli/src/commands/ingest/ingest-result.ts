// What `kym ingest` and `kym refresh` print, as text and as JSON.

import type { IngestItem, IngestReport } from "@kym/legacy-io/node";
import type { CommandContext, CommandResult } from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { CliError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { shardWords } from "../index/shard-option.ts";
import { itemLines, movesOf, notesByReason, orphansLine, unrecognisedLines } from "./ingest-lines.ts";
import { keepReport, reportPathOf, type SaidBefore, saidBefore } from "./ingest-report-file.ts";
import { optionsThatRaise } from "./tiff-limits.ts";

/** The words of the command line, and what became of the report. */
export interface IngestWords {
  readonly folder: string;
  readonly dataset: string;
  readonly dryRun: boolean;
  /** What the run before said already. */
  readonly before: SaidBefore;
  readonly verbose: boolean;
  readonly terminal: Pick<Terminal, "outIsTty" | "width">;
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
  const { verbose, terminal } = context;
  const { shard } = report;
  const before = await saidBefore(context.resolvePath(dataset), shard);
  const words = { folder, dataset, dryRun, before, verbose, terminal };
  if (dryRun || (shard?.foundInFolder ?? report.found) === 0) {
    return ingestResult(report, words);
  }
  const { isKept, problem } = await keepReport(
    context.resolvePath(dataset),
    report,
    context.resolvePath(folder),
  );
  const reportFile = isKept ? reportPathOf(dataset, shard) : undefined;
  return ingestResult(report, { ...words, reportFile, problem });
}

/**
 * What ingest and refresh did, or would do in a dry run.
 *
 * @throws {CliError} `not_found` for a folder without an image
 */
export function ingestResult(report: IngestReport, words: IngestWords): CommandResult {
  const { folder, dataset, dryRun, before, verbose, terminal, reportFile, problem } = words;
  const { found, ingested, updated, unchanged, skipped, failed, orphans, conflicts, notes, counts } = report;
  const { open, pathFields, unrecognised, shard } = report;
  const notUnderstood = notes.filter(({ kind }) => kind === "not_understood");
  const notDownloaded = skipped.filter(({ kind }) => kind === "not_downloaded");
  if ((shard?.foundInFolder ?? found) === 0 && notes.length === 0) {
    const hint =
      "image files end in .tif or .tiff, or as microscopes name them (.czi, …); --pattern selects some of them";
    throw new CliError(EXIT.input, "not_found", `there is no TIFF or recording in ${folder}`, { hint });
  }
  const inDataset = ingested.length + updated.length + unchanged.length;
  const headline = [
    ...(shard === undefined ? [] : [shardWords(shard)]),
    `${dryRun ? "would load" : "loaded"} ${inDataset} of ${found}`,
    ...countOf(failed.length, "failed"),
    ...countOf(skipped.length - notDownloaded.length, "skipped"),
    ...countOf(conflicts.length, conflicts.length === 1 ? "conflict" : "conflicts"),
    ...countOf(
      notUnderstood.length,
      notUnderstood.length === 1 ? "file not understood" : "files not understood",
    ),
    ...countOf(notDownloaded.length, "not downloaded"),
  ].join(" · ");
  const detail = [
    `${ingested.length} new`,
    ...countOf(updated.length, "updated"),
    `${unchanged.length} unchanged`,
  ].join(", ");
  const raising = optionsThatRaise(failed.map(({ reason = "" }) => reason));
  // A pipe gets every line. A screen gets as many as fit.
  const most = verbose || !terminal.outIsTty ? Number.POSITIVE_INFINITY : MOST_LISTED;
  const moves = verbose ? { lines: [], others: updated } : movesOf(updated, folder);
  const orphansBefore = keysOf(before.orphans);
  const isNews =
    orphans.some((orphan) => !orphansBefore.has(keyOf(orphan))) || orphans.length < orphansBefore.size;
  const lines = [
    ...matchesOf(pathFields),
    ...(dryRun
      ? itemLines("new", ingested, most)
      : itemLines(
          "ingested again",
          ingested.filter(({ reason }) => reason !== undefined),
          most,
        )),
    ...itemLines("updated", moves.others, most),
    ...moves.lines,
    ...itemLines("skipped", skipped, most),
    ...itemLines("failed", failed, most),
    ...raising.map((option) => `  ${option} raises that limit`),
    ...itemLines("conflicts", conflicts, most),
    ...openLine(open, dataset),
    ...(verbose
      ? itemLines("analyses without an image", orphans)
      : isNews && orphans.length > 0
        ? [orphansLine(orphans)]
        : []),
    ...(verbose || unrecognised.some(({ paths }) => paths.some((path) => !before.unrecognised.has(path)))
      ? unrecognisedLines(unrecognised, verbose)
      : []),
    ...(ingested.length === 0 ? [] : [contentsOf(counts, dryRun)]),
    ...(dryRun && ingested.length > 0 ? [UNREAD] : []),
    detail,
    reportFile === undefined ? headline : `${headline} → ${printable(reportFile)}`,
  ];
  const notesBefore = keysOf(before.notes);
  const news = notes.filter((note) => !notesBefore.has(keyOf(note)));
  return {
    exitCode:
      failed.length + open.length + notUnderstood.length + notDownloaded.length > 0 ? EXIT.partial : EXIT.ok,
    data: {
      ...(dryRun && { dryRun }),
      ...(shard && { shard }),
      found,
      ingested,
      updated,
      unchanged,
      skipped,
      failed,
      orphans,
      conflicts,
      open,
      notUnderstood,
      unrecognised,
      ...(pathFields && { pathFields }),
      ...(reportFile !== undefined && { reportFile }),
    },
    warnings: [
      ...(problem === undefined ? [] : [problem]),
      ...notes.map((note) => `${printable(note.path)}: ${note.reason ?? ""}`),
    ],
    shortWarnings: [...(problem === undefined ? [] : [problem]), ...notesByReason(news)],
    text: wrapText(`${lines.join("\n")}\n`, terminal),
    ...(!dryRun && ingested.length + updated.length > 0 && { next: `kym index ${shellWord(dataset)}` }),
  };
}

/** As many files of a list as leave room for the other lines on a screen. */
const MOST_LISTED = 10;

/** A dry run looks at names, sizes and times only. */
const UNREAD = "a dry run reads no pixels: which of the new files fail is not known before they are read";

function keysOf(items: readonly IngestItem[]): ReadonlySet<string> {
  return new Set(items.map(keyOf));
}

function keyOf({ path, reason = "" }: IngestItem): string {
  return `${path}\n${reason}`;
}

function contentsOf(counts: IngestReport["counts"], dryRun: boolean): string {
  if (counts === undefined) {
    return dryRun ? "to be restored from an export" : "restored from an export";
  }
  const { tiffs, recordings = 0, omeZarrs = 0, headers, classicJsons, rois } = counts;
  const images = [
    ...(tiffs === 0 && recordings + omeZarrs > 0 ? [] : [counted(tiffs, "TIFF")]),
    ...(recordings === 0 ? [] : [counted(recordings, "microscope recording")]),
    ...(omeZarrs === 0 ? [] : [counted(omeZarrs, "OME-Zarr image")]),
  ].join(", ");
  const found = `found ${images}, ${counted(headers, "header")}, ${counted(classicJsons, "metadata file")}`;
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

/** How many images have conflicts that nobody settled, and what lists them. */
function openLine(open: IngestReport["open"], dataset: string): readonly string[] {
  const have = open.length === 1 ? "1 image has" : `${open.length} images have`;
  return open.length === 0 ? [] : [`${have} open conflicts: kym resolve ${shellWord(dataset)} lists them`];
}

function countOf(count: number, word: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${word}`];
}
