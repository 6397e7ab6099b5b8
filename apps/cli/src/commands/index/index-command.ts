// `kym index`: updates the pooled tables from the images.

import { KymDataset, type UpdateReport } from "@kym/kym-dataset";
import { parseTableName, type ZarrDataset } from "@kym/zarr-store";
import { tablePath } from "@kym/zarr-store/layout";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { imageOverviews } from "../../study/image-overview.ts";
import { INDEXER_OPTION, INDEXERS, wantedIndexers } from "../../study/indexers.ts";
import { openStudy } from "../../study/open-study.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { printable } from "../../terminal/text-table.ts";

const TABLES = INDEXERS.map(({ tableName }) => tablePath(parseTableName(tableName))).join(", ");

export const indexCommand: Command = defineCommand({
  usage: "index DATASET",
  description: `Updates the pooled tables from the images: ${TABLES}.
Only images that changed are read. Images without an analysis are counted; they get no
rows.`,
  examples: [
    "kym index study.zarr",
    "kym index study.zarr --dry-run",
    "kym index study.zarr --rebuild --indexer radon",
  ],
  options: {
    rebuild: { help: "compute every row again" },
    ...INDEXER_OPTION,
    "dry-run": { short: "n", help: "list the images that would be read again, and why; write nothing" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const indexers = wantedIndexers(context);
    const dryRun = context.options["dry-run"] === true;
    await using dataset = await openStudy(context, path, dryRun ? "r" : "a");
    await dataset.assertExists();
    const kym = new KymDataset(dataset);
    const reports: UpdateReport[] = [];
    for (const indexer of indexers) {
      const progress = startProgress(context.terminal, indexer.name, context.progress);
      reports.push(
        await kym.updateIndex(indexer, {
          mode: context.options["rebuild"] === true ? "replace" : "incremental",
          dryRun,
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
      data: dryRun
        ? { dryRun, indexers: reports.map((report) => ({ ...countsOf(report), plan: planOf(report) })) }
        : { indexers: reports.map(countsOf) },
      warnings: failures,
      text: dryRun ? await planText(reports, dataset) : reports.map(lineOf).join(""),
      next: dryRun
        ? `kym index ${path}`
        : `kym query ${path} "select rel_path, roi_id, vel_mean from kym_radon"`,
    };
  },
});

function countsOf(report: UpdateReport): object {
  const { indexer, updated, skipped, missing, notAnalysed, purged, failed } = report;
  return { name: indexer, updated, skipped, missing, notAnalysed, purged, failed };
}

function lineOf(report: UpdateReport): string {
  const { tableName, updated, skipped, notAnalysed, purged, failed } = report;
  const more = [...(purged > 0 ? [`purged ${purged}`] : []), ...(failed > 0 ? [`failed ${failed}`] : [])];
  return `${[`${tableName}: updated ${updated}`, `fresh ${skipped}`, `not analysed ${notAnalysed}`, ...more].join(" · ")}\n`;
}

/** The images that a run would change, with the reason. */
function planOf({ reasons }: UpdateReport): readonly PlannedImage[] {
  return reasons.flatMap(({ imageId, outcome, because }) =>
    outcome === "notAnalysed" ? [] : [{ image_id: imageId, outcome, because }],
  );
}

interface PlannedImage {
  readonly image_id: string;
  readonly outcome: string;
  readonly because: string;
}

async function planText(reports: readonly UpdateReport[], dataset: ZarrDataset): Promise<string> {
  const overviews = await imageOverviews(dataset);
  const names = new Map(overviews.map(({ image_id: id, rel_path: path }) => [id, path ?? id]));
  const lines = reports.flatMap((report) => [
    lineOf(report).replace(": updated", ": would update"),
    ...planOf(report).map(({ image_id: id, outcome, because }) => {
      const name = printable(names.get(id) ?? id);
      return `  ${outcome === "updated" ? "" : `${outcome} `}${name} — ${because.replaceAll("_", " ")}\n`;
    }),
  ]);
  return lines.join("");
}
