import { KymDataset, type UpdateReport } from "@kym/kym-dataset";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { INDEXERS } from "../indexers.ts";
import { openStudy } from "../open-study.ts";
import { startProgress } from "../render/progress.ts";
import { wantedIndexers } from "../wanted-indexers.ts";

/** `kym index DATASET` */
export const indexCommand: Command = {
  usage: "index DATASET",
  description: `Brings the pooled tables up to date with the images: tables/kym_velocity_events.parquet and
tables/kym_radon.parquet. Only what changed is read; images without an analysis are
counted, never made up.`,
  examples: ["kym index study.zarr", "kym index study.zarr --rebuild --indexer radon"],
  options: { rebuild: { type: "boolean" }, indexer: { type: "string", multiple: true } },
  optionHelp: {
    rebuild: "compute every row anew",
    indexer: `only this one (${INDEXERS.map(({ name }) => name).join(", ")}); may be repeated`,
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const indexers = wantedIndexers(context.options["indexer"]);
    await using dataset = await openStudy(context, path, "a");
    await dataset.assertExists();
    const kym = new KymDataset(dataset);
    const reports: UpdateReport[] = [];
    for (const indexer of indexers) {
      const progress = startProgress(context.terminal, indexer.name, context.progress);
      reports.push(
        await kym.updateIndex(indexer, {
          mode: context.options["rebuild"] === true ? "replace" : "incremental",
          signal: context.signal,
          onEvent: ({ done, total, imageId }) => progress.update(done, total, imageId),
        }),
      );
      progress.end();
    }
    const failures = reports.flatMap((report) =>
      report.reasons.flatMap((reason) =>
        reason.outcome === "failed" ? [`${report.indexer}: ${reason.imageId}: ${reason.message}`] : [],
      ),
    );
    return {
      exitCode: failures.length > 0 ? EXIT.partial : EXIT.ok,
      data: { indexers: reports.map(countsOf) },
      warnings: failures,
      text: reports.map(lineOf).join(""),
      next: `kym query ${path} "select rel_path, roi_id, vel_mean from kym_radon"`,
    };
  },
};

function countsOf(report: UpdateReport): object {
  const { indexer, updated, skipped, missing, notAnalysed, purged, failed } = report;
  return { name: indexer, updated, skipped, missing, notAnalysed, purged, failed };
}

function lineOf(report: UpdateReport): string {
  const { tableName, updated, skipped, notAnalysed, purged, failed } = report;
  const more = [...(purged > 0 ? [`purged ${purged}`] : []), ...(failed > 0 ? [`failed ${failed}`] : [])];
  return `${[`${tableName}: updated ${updated}`, `fresh ${skipped}`, `not analysed ${notAnalysed}`, ...more].join(" · ")}\n`;
}
