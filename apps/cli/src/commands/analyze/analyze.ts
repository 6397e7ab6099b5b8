// `kym analyze`: computes velocities, events, heart rates and diameters of the images of a dataset.

import { KymDataset } from "@kym/kym-dataset";
import { ARTIFACTS } from "@kym/kym-schema";
import type { ZarrDataset } from "@kym/zarr-store";
import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../../arguments/command.ts";
import { shellWord } from "../../screen/shell-word.ts";
import { wrapText } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, namingOf } from "../../study/blind.ts";
import { findAmong, findingOf } from "../../study/find-image.ts";
import { imageNames } from "../../study/image-names.ts";
import { imageOverviews } from "../../study/image-overview.ts";
import { openStudy } from "../../study/open-study.ts";
import { leftOutNotes, selectImages, WHERE_OPTION } from "../../study/select-images.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { rememberedSettings, SETTINGS_OPTIONS } from "../index/settings-options.ts";
import { lockFor, SHARD_OPTION, shardOf, shardWords } from "../index/shard-option.ts";
import { analysisData, analysisFailures, analysisLines, countsOf } from "./analyze-lines.ts";
import { ANALYSIS_OPTIONS, analysisJobs, analysisRequest } from "./analyze-options.ts";
import { runAnalysis } from "./run-analysis.ts";

export const analyzeCommand: Command = defineCommand({
  usage: "analyze DATASET [IMAGE…]",
  description: `Computes velocities of flow and their events, and if asked heart rates and diameters, of every
rectangular ROI. Results lie in artifacts of their own (${ARTIFACTS.flowVelocity} and others): the lab's
analyses stay as they are, and kym index pools both.

Only what is missing or was computed from something else is computed: a ROI that moved, other
pixels, another calibration, other options, a newer version. Images are committed in batches, so
after an interruption the same command goes on. An image without a ROI gets one of the whole
image. Without a calibration there is an angle and px per line, but no mm/s.

With --shard, several processes or machines divide the images by their ids.`,
  examples: [
    "kym analyze study.zarr",
    "kym analyze study.zarr --dry-run",
    "kym analyze study.zarr 20250722_A89_0002 --radon --window 32",
    "kym analyze study.zarr --heart-rate --where \"condition = 'AngII'\"",
    "kym analyze study.zarr --roi existing --jobs 4",
  ],
  options: {
    ...ANALYSIS_OPTIONS,
    ...SETTINGS_OPTIONS,
    ...WHERE_OPTION,
    ...BLIND_OPTION,
    ...SHARD_OPTION,
    force: { short: "f", help: "compute ours again, also where nothing changed", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "say what would be computed, and why; write nothing" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const { options, verbose, terminal } = context;
    const dryRun = options["dry-run"] === true;
    const request = { ...analysisRequest(options), force: options.force === true };
    const jobs = analysisJobs(options);
    const settings = rememberedSettings(options);
    const shard = shardOf(context);
    await using dataset = await openStudy(context, path, dryRun ? "r" : "a", { lock: lockFor(shard) });
    await dataset.assertExists();
    const chosen = await chooseImages(context, dataset);
    const names = await imageNames(dataset, namingOf(context));
    const isChanged =
      !dryRun && (await new KymDataset(dataset).saveSettings(settings, { signal: context.signal }));
    const report = await runAnalysis(context, dataset, {
      ...{ request, imageIds: chosen.imageIds, shard, jobs, dryRun, names },
    });
    const words = { names, dryRun, verbose };
    const failures = analysisFailures(report, names);
    const { failed, changed_meanwhile: changed, analysed } = countsOf(report);
    return {
      exitCode: failed + changed > 0 ? EXIT.partial : EXIT.ok,
      data: { ...(shard && { shard }), ...Object(names.inData(analysisData(report, words))) },
      warnings: [...failures, ...chosen.notes],
      text: wrapText(
        `${shard ? `${shardWords(shard)} · ` : ""}${analysisLines(report, words).join("\n")}\n`,
        terminal,
      ),
      ...nextOf(path, dryRun, analysed > 0 || isChanged),
    };
  },
});

interface ChosenImages {
  /** Undefined: all. */
  readonly imageIds: readonly string[] | undefined;
  readonly notes: readonly string[];
}

/** The images that arguments or `--where` choose. @throws {CliError} `usage` for both, `not_found`, `ambiguous` */
async function chooseImages(context: CommandContext, dataset: ZarrDataset): Promise<ChosenImages> {
  const [path = "", ...wanted] = context.args;
  const { where } = context.options;
  if (typeof where === "string" && wanted.length > 0) {
    throw usageError("name images, or choose them by --where, not both");
  }
  if (typeof where === "string") {
    const selected = await selectImages(context, dataset, where);
    return { imageIds: selected.imageIds, notes: leftOutNotes(selected) };
  }
  if (wanted.length === 0) {
    return { imageIds: undefined, notes: [] };
  }
  const images = await imageOverviews(dataset);
  const finding = await findingOf(dataset, path, namingOf(context));
  return { imageIds: wanted.map((name) => findAmong(images, name, finding).image_id), notes: [] };
}

function nextOf(path: string, dryRun: boolean, isChanged: boolean): Pick<CommandResult, "next"> {
  return isChanged ? { next: `kym ${dryRun ? "analyze" : "index"} ${shellWord(path)}` } : {};
}
