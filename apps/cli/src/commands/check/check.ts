import type { CheckReport, RepairReport } from "@kym/zarr-store";
import { checkLocalDataset } from "@kym/zarr-store/node";
import { type Command, type CommandContext, defineCommand } from "../../arguments/command.ts";
import { locationOf, openStudy } from "../../study/open-study.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { printable } from "../../terminal/text-table.ts";
import { parseCheckLevel } from "./check-level.ts";

/** `kym check DATASET` */
export const checkCommand: Command = defineCommand({
  usage: "check DATASET",
  description: `Compares every file with the commit log and says what is missing, damaged, changed by
another program, or unknown. It writes nothing, but with --repair it first finishes
what a crash or a power cut left half done. Ends with 4 if there are problems.`,
  examples: [
    "kym check study.zarr",
    "kym check study.zarr --level structure",
    "kym check study.zarr --repair",
  ],
  options: {
    level: {
      value: "X",
      help: "structure (no contents), data (all, the default), 5% or 1/10 of the data",
    },
    repair: {
      help: "roll forward; it never goes back, and never makes up what is lost",
      neverFromEnvironment: true,
    },
    "dry-run": { short: "n", help: "with --repair: only say what is wrong, and what repair helps" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const level = parseCheckLevel(context.options["level"]);
    const isRepair = context.options["repair"] === true && context.options["dry-run"] !== true;
    const repaired = isRepair ? await repair(context, path) : undefined;
    const progress = startProgress(context.terminal, "checked", context.progress);
    let report: CheckReport;
    try {
      report = await checkLocalDataset(locationOf(context, path), {
        level,
        signal: context.signal,
        onProgress: ({ done, total, path: item }) => progress.update(done, total, item),
      });
    } finally {
      progress.end();
    }
    const { problems, notes, checked, version } = report;
    const needs = (remedy: string): boolean => problems.some((problem) => problem.remedy === remedy);
    const next = needs("repair")
      ? `kym check ${path} --repair`
      : needs("adopt")
        ? `kym adopt ${path} --dry-run`
        : undefined;
    return {
      exitCode: problems.length > 0 ? EXIT.problems : EXIT.ok,
      data: { problems, notes, checked, version, level, ...(repaired && { repaired: repaired.actions }) },
      text: textOf(report, repaired),
      ...(next !== undefined && { next }),
    };
  },
});

async function repair(context: CommandContext, path: string): Promise<RepairReport> {
  await using dataset = await openStudy(context, path, "a");
  await dataset.assertExists();
  return dataset.repair({ signal: context.signal });
}

function textOf({ problems, notes, checked }: CheckReport, repaired: RepairReport | undefined): string {
  const actions = repaired?.actions ?? [];
  const lines = [
    ...actions.map(({ kind, path }) => `repaired: ${kind.replaceAll("_", " ")}: ${path}`),
    ...problems.map(({ kind, path, message }) => `${kind.replaceAll("_", " ")}: ${path}: ${message}`),
    ...notes.map(({ path, message }) => `note: ${path === "" ? "" : `${path}: `}${message}`),
    `checked ${checked.objects} objects, read ${(checked.bytes / 1e6).toFixed(1)} MB: ${
      problems.length === 0 ? "no problems" : `${problems.length} problems`
    }`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}
