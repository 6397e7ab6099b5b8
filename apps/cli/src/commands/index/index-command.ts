// `kym index`: updates the pooled tables from the images.

import { KymDataset, type OverviewReport, type UpdateReport } from "@kym/kym-dataset";
import { type AdoptReport, parseTableName } from "@kym/zarr-store";
import { tablePath } from "@kym/zarr-store/layout";
import type { WorkShard } from "@kym/zarr-store/runtime";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, namingOf } from "../../study/blind.ts";
import { type ImageNames, imageNames } from "../../study/image-names.ts";
import { INDEXER_OPTION, INDEXERS, wantedIndexers } from "../../study/indexers.ts";
import { openStudy } from "../../study/open-study.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { printable } from "../../terminal/text-table.ts";
import { allCounts, countsOf, failureNotes, lineOf, queryNext } from "./index-lines.ts";
import { indexProgress } from "./index-progress.ts";
import { changedFor, lookOutside, outsideData, outsideNotes, rememberLook } from "./outside-lines.ts";
import { overviewCounts, overviewLine, overviewNotes } from "./overview-lines.ts";
import { rememberedSettings, SETTINGS_OPTIONS } from "./settings-options.ts";
import { lockFor, ownImageIds, SHARD_OPTION, shardOf, shardWords } from "./shard-option.ts";

const TABLES = INDEXERS.map(({ tableName }) => tablePath(parseTableName(tableName))).join(", ");

export const indexCommand: Command = defineCommand({
  usage: "index DATASET",
  description: `Updates the pooled tables from the images: ${TABLES}.
Only images that changed are read. Where another program changed or added an artifact, the
rows that are made from it stay as they are, the file is named, and the run ends with 3, until
kym adopt has committed it; --adopt does both. Images without an analysis are counted; they get no
rows. Images without an overview, which show, ls --pictures and report draw, get one; so do
those whose overview is damaged.

A ROI has one row in a table: of the lab's results, or of those of kym analyze where the lab
has none. --prefer ours turns it round. It and --min-quality are remembered by the dataset, and
make rows anew that depend on them.

--rebuild also makes a table again whose file is missing, damaged or was changed by another
program. What stands in its place is kept, and named.

With --shard, several processes or machines divide the images by their ids. Each also removes the
rows of deleted images of its part.`,
  examples: [
    "kym index study.zarr",
    "kym index study.zarr --dry-run",
    "kym index study.zarr --rebuild --indexer radon",
  ],
  options: {
    rebuild: { help: "compute every row again" },
    adopt: {
      help: "first commit what other programs changed or added, as kym adopt does",
      neverFromEnvironment: true,
    },
    ...INDEXER_OPTION,
    ...SETTINGS_OPTIONS,
    ...BLIND_OPTION,
    ...SHARD_OPTION,
    "dry-run": { short: "n", help: "list the images that would be read again, and why; write nothing" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const dryRun = context.options["dry-run"] === true;
    const shard = shardOf(context);
    if (shard !== undefined && context.options.adopt === true) {
      throw usageError("--adopt is not divided into shards", `first run kym adopt ${shellWord(path)} once`);
    }
    await using dataset = await openStudy(context, path, dryRun ? "r" : "a", { lock: lockFor(shard) });
    await dataset.assertExists();
    const before = dataset.version;
    const indexers = await wantedIndexers(context, dataset);
    const settings = rememberedSettings(context.options);
    if (dryRun && Object.keys(settings).length > 0) {
      throw usageError("a dry run remembers nothing: leave --prefer and --min-quality out");
    }
    const kym = new KymDataset(dataset);
    await kym.saveSettings(settings, { signal: context.signal });
    const naming = namingOf(context);
    const names = await imageNames(dataset, naming);
    const adoption =
      context.options.adopt === true ? await dataset.adopt({ dryRun, signal: context.signal }) : undefined;
    const isOwn = ownImageIds(shard);
    const imageIds = (await dataset.listImageIds()).filter(isOwn);
    const outside = await lookOutside(dataset, { imageIds, signal: context.signal, remembers: !dryRun });
    const leftOut = new Map(indexers.map((indexer) => [indexer.name, changedFor(indexer, outside)]));
    const countLeftOut = ({ indexer }: UpdateReport): number => leftOut.get(indexer)?.size ?? 0;
    const overviews =
      context.options.indexer === undefined
        ? await makeOverviews(kym, names, { ...context, shard })
        : undefined;
    const progress = indexProgress(context, indexers.length, names);
    const reports = await kym.updateIndexes(indexers, {
      mode: context.options["rebuild"] === true ? "replace" : "incremental",
      ...{ shard, dryRun },
      leavesOut: ({ name }, imageId) => leftOut.get(name)?.has(imageId) === true,
      signal: context.signal,
      onEvent: progress.onEvent,
    });
    progress.end();
    await rememberLook(outside, dataset.version > before);
    const failures = [
      ...refusedLines(adoption),
      ...failureNotes(reports, names),
      ...overviewNotes(overviews, names),
      // A dry run of --adopt would have committed them.
      ...(dryRun && adoption !== undefined
        ? []
        : outsideNotes(outside, names, { path, blind: naming.blind, verbose: context.verbose })),
    ];
    const changed = {
      ...(outside.changes.length > 0 && { changedOutside: names.inData(outsideData(outside)) }),
      ...(adoption && { adopted: names.inData(adoption) }),
    };
    return {
      exitCode: failures.length > 0 ? EXIT.partial : EXIT.ok,
      data: dryRun
        ? names.inData({
            ...{
              dryRun,
              ...(shard && { shard }),
              indexers: reports.map((report) => ({ ...countsOf(report), plan: planOf(report) })),
            },
            ...overviewCounts(overviews),
            ...changed,
          })
        : {
            ...(shard && { shard }),
            indexers: allCounts(
              reports,
              context.options.indexer,
              (await dataset.listImageIds()).filter(isOwn).length,
            ),
            ...overviewCounts(overviews),
            ...changed,
          },
      warnings: failures,
      text: wrapText(
        (shard === undefined ? "" : `${shardWords(shard)}:\n`) +
          adoptedLines(adoption, naming.blind) +
          (dryRun
            ? planText(reports, names, context, countLeftOut)
            : reports.map((report) => lineOf(report, countLeftOut(report))).join("")) +
          overviewLine(overviews, dryRun),
        context.terminal,
      ),
      ...nextOf(reports, shellWord(path), dryRun),
    };
  },
});

function adoptedLines(adoption: AdoptReport | undefined, blind: boolean): string {
  const { adopted = [], dryRun } = adoption ?? {};
  const said = dryRun === true ? "would adopt" : "adopted";
  return blind
    ? `${adopted.length === 0 ? "" : `${said} ${adopted.length}\n`}`
    : adopted.map(({ path, change }) => `${printable(`${said} ${change}: ${path}`)}\n`).join("");
}

/** Files that cannot be adopted. */
function refusedLines(adoption: AdoptReport | undefined): readonly string[] {
  return (adoption?.refused ?? []).map(({ path, reason }) => `refused: ${path}: ${reason}`);
}

/** Makes the overviews that images lack. */
async function makeOverviews(
  kym: KymDataset,
  names: ImageNames,
  context: CommandContext<{ readonly "dry-run"?: boolean | undefined }> & {
    readonly shard: WorkShard | undefined;
  },
): Promise<OverviewReport> {
  const progress = startProgress(context.terminal, "overviews", context.progress);
  const report = await kym.updateOverviews({
    dryRun: context.options["dry-run"] === true,
    verify: true,
    shard: context.shard,
    signal: context.signal,
    onEvent: ({ done, total, imageId }) => progress.update(done, total, names.of(imageId)),
  });
  progress.end();
  return report;
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

/** As many images of one reason as are named without `-v`. */
const MOST_NAMED = 10;

function planText(
  reports: readonly UpdateReport[],
  names: ImageNames,
  { verbose }: Pick<CommandContext, "verbose">,
  countLeftOut: (report: UpdateReport) => number,
): string {
  const lines = reports.flatMap((report) => [
    lineOf(report, countLeftOut(report)).replace(": updated", ": would update"),
    ...[...Map.groupBy(planOf(report), reasonOf)].flatMap(([reason, images]) => {
      const named = images.map(({ image_id: id }) => printable(names.of(id))).sort();
      if (verbose) {
        return named.map((name) => `  ${name} — ${reason}\n`);
      }
      const [shown, more] = [named.slice(0, MOST_NAMED), named.length - MOST_NAMED];
      const rest = more > 0 ? ` and ${more} more; -v lists them` : "";
      return [`  ${reason} (${images.length}): ${shown.join(", ")}${rest}\n`];
    }),
  ]);
  return lines.join("");
}

function reasonOf({ outcome, because }: PlannedImage): string {
  return `${outcome === "updated" ? "" : `${outcome}: `}${BECAUSE[because] ?? because.replaceAll("_", " ")}`;
}

/** Reasons whose name says less than a user needs. */
const BECAUSE: Readonly<Record<string, string>> = {
  context_changed: "accepted, the experiment, the source or a ROI changed",
};

/** What to do after a run that changed or would change something; nothing if all is fresh. */
function nextOf(
  reports: readonly UpdateReport[],
  path: string,
  dryRun: boolean,
): Pick<CommandResult, "next"> {
  if (dryRun) {
    return reports.some((report) => planOf(report).length > 0) ? { next: `kym index ${path}` } : {};
  }
  return queryNext(reports, path);
}
