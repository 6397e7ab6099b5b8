// What a run of the indexers did, as `kym index` and `kym ingest --index` say it.

import { radonIndexer, type UpdateReport } from "@kym/kym-dataset";
import type { CommandResult } from "../../arguments/command.ts";
import type { ImageNames } from "../../study/image-names.ts";
import { INDEXERS } from "../../study/indexers.ts";

/** The counts of one run, for `--json`. */
export function countsOf(report: UpdateReport): object {
  const { indexer, updated, skipped, missing, notAnalysed, purged, failed } = report;
  const infinities = infinitiesOf(report);
  return {
    ...{ name: indexer, updated, skipped, missing, notAnalysed, purged, failed },
    ...(report.madeAgain && { madeAgain: report.madeAgain }),
    ...(infinities > 0 && { infinities }),
  };
}

/**
 * The counts of all runs, for `--json`. A table that no image has results for is not made; scripts still find its counts.
 *
 * @param wanted the names of indexers, if only some were asked for
 */
export function allCounts(
  reports: readonly UpdateReport[],
  wanted: readonly string[] | undefined,
  notAnalysed: number,
): readonly object[] {
  const none = { updated: 0, skipped: 0, missing: 0, notAnalysed, purged: 0, failed: 0 };
  return INDEXERS.filter(({ name }) => wanted?.includes(name) ?? true).map(({ name }) => {
    const report = reports.find(({ indexer }) => indexer === name);
    return report === undefined ? { name, ...none } : countsOf(report);
  });
}

/**
 * The counts of one run, as a line.
 *
 * @param changedOutside how many images were left out, because another program changed what their rows are made from
 */
export function lineOf(report: UpdateReport, changedOutside = 0): string {
  const { tableName, updated, skipped, notAnalysed, purged, failed } = report;
  const infinities = infinitiesOf(report);
  const more = [
    ...(purged > 0 ? [`purged ${purged}`] : []),
    ...(failed > 0 ? [`failed ${failed}`] : []),
    ...(report.madeAgain === undefined ? [] : [`${report.madeAgain.join(" and ")} made again`]),
    ...(changedOutside > 0 ? [`changed outside ${changedOutside}`] : []),
    ...(infinities > 0 ? [`NULL for ${infinities} infinite`] : []),
  ];
  return `${[`${tableName}: updated ${updated}`, `fresh ${skipped}`, `not analysed ${notAnalysed}`, ...more].join(" · ")}\n`;
}

/** How many infinities of the results are NULL in the rows that a run made. */
function infinitiesOf({ reasons }: UpdateReport): number {
  return reasons.reduce(
    (sum, reason) => sum + (reason.outcome === "updated" ? (reason.infinities ?? 0) : 0),
    0,
  );
}

/** One note per image that failed. */
export function failureNotes(reports: readonly UpdateReport[], names: ImageNames): readonly string[] {
  return reports.flatMap((report) =>
    report.reasons.flatMap((reason) =>
      reason.outcome === "failed"
        ? [`${report.indexer}: ${names.of(reason.imageId)}: ${reason.message}`]
        : [],
    ),
  );
}

/** A query of the rows that a run made or found fresh, if it has any. */
export function queryNext(reports: readonly UpdateReport[], path: string): Pick<CommandResult, "next"> {
  const hasRadon = reports.some(
    ({ tableName, updated, skipped }) => tableName === radonIndexer.tableName && updated + skipped > 0,
  );
  return hasRadon
    ? { next: `kym query ${path} "select rel_path, roi_id, vel_mean from ${radonIndexer.tableName}"` }
    : reports.some(({ notAnalysed }) => notAnalysed > 0)
      ? { next: `kym analyze ${path}` }
      : {};
}
