// `kym run`: ingest, analyze and index in one, and a report if one is asked for.

import {
  type Command,
  type CommandContext,
  type CommandResult,
  defineCommand,
} from "../arguments/command.ts";
import { isDatasetAt } from "../study/require-dataset.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { analyzeCommand } from "./analyze/analyze.ts";
import { ANALYSIS_OPTIONS } from "./analyze/analyze-options.ts";
import { indexCommand } from "./index/index-command.ts";
import { SETTINGS_OPTIONS } from "./index/settings-options.ts";
import { FOLDER_OPTIONS } from "./ingest/folder-options.ts";
import { ingestCommand } from "./ingest/ingest.ts";
import { PATH_FIELDS_OPTIONS } from "./ingest/path-fields-options.ts";
import { TIFF_LIMIT_OPTIONS } from "./ingest/tiff-limits.ts";
import { reportCommand } from "./report/report.ts";
import { assertReportOrNothing, reportFile } from "./report/report-file.ts";

export const runCommand: Command = defineCommand({
  usage: "run FOLDER DATASET",
  description: `Does all three: kym ingest puts what is new in the folder into the dataset, kym analyze computes
what is missing, and kym index updates the pooled tables. With --report, kym report then writes one
HTML file of the whole dataset, in place of that of the last run. Run it again after each day at the
microscope: only what changed is done. A scan that fails in one step is named and stops none of
the others.`,
  examples: [
    "kym run ./kymographs study.zarr",
    "kym run ./kymographs study.zarr --report report.html",
    "kym run ./kymographs study.zarr --dry-run",
    "kym run ./kymographs study.zarr --heart-rate --radon --events --prefer ours",
  ],
  options: {
    ...FOLDER_OPTIONS,
    ...PATH_FIELDS_OPTIONS,
    ...TIFF_LIMIT_OPTIONS,
    ...ANALYSIS_OPTIONS,
    ...SETTINGS_OPTIONS,
    jobs: {
      short: "j",
      value: "N",
      help: "files, and then ROIs, at the same time (default: one a processor)",
    },
    report: { value: "FILE", help: "then write a report to FILE.html, or replace it" },
    "dry-run": { short: "n", help: "say what each step would do with what is there now; write nothing" },
  },
  run: async (context) => {
    const [folder = "", path = ""] = context.args;
    const { options } = context;
    const isDry = options["dry-run"] === true;
    const { prefer, "min-quality": minQuality, report, ...others } = options;
    const reported = report === undefined ? undefined : reportFile(report);
    const isWritten = reported !== undefined && !isDry;
    const step = (number: number, ...rest: StepParts): CommandContext =>
      stepOf(context, { number, of: STEPS + Number(isWritten) }, ...rest);
    if (isWritten) {
      await assertReportOrNothing(context.resolvePath(reported), context.resolvePath(path));
    }
    const settings = isDry ? {} : { prefer, "min-quality": minQuality };
    const steps: Record<string, CommandResult> = {};
    steps["ingest"] = await ingestCommand.run(step(1, [folder, path], others));
    const exists = !isDry || (await isDatasetAt(context.resolvePath(path)));
    if (exists) {
      steps["analyze"] = await analyzeCommand.run(step(2, [path], { ...others, ...settings }));
      steps["index"] = await indexCommand.run(step(3, [path], { "dry-run": options["dry-run"] }));
    }
    if (isWritten) {
      steps["report"] = await reportCommand.run(step(4, [path], { output: reported, force: true }));
    }
    return together(steps);
  },
});

const STEPS = 3;

type StepParts = readonly [args: readonly string[], options: CommandContext["options"]];

/** The context of one of the commands. */
function stepOf(
  context: CommandContext<object>,
  { number, of }: { readonly number: number; readonly of: number },
  ...[args, options]: StepParts
): CommandContext {
  return { ...context, args, options, terminal: { ...context.terminal, step: `${number} of ${of}` } };
}

/** One result of all steps; partial if one of them is. */
function together(steps: Readonly<Record<string, CommandResult>>): CommandResult {
  const results = Object.values(steps);
  const warnings = results.flatMap((result) => result.warnings ?? []);
  const shortWarnings = results.flatMap((result) => result.shortWarnings ?? result.warnings ?? []);
  const next = results.at(-1)?.next;
  return {
    exitCode: results.find(({ exitCode }) => exitCode !== EXIT.ok)?.exitCode ?? EXIT.ok,
    data: Object.fromEntries(Object.entries(steps).map(([name, { data }]) => [name, data])),
    warnings,
    shortWarnings,
    text: results.map(({ text }) => text).join(""),
    ...(next !== undefined && { next }),
  };
}
