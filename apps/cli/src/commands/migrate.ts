// `kym migrate`: copies a dataset of the Python system into a new one.

import { type MigrateProblem, type MigrateReport, migrate } from "@kym/kym-dataset";
import { type Command, type CommandResult, defineCommand } from "../arguments/command.ts";
import { shellWord } from "../screen/shell-word.ts";
import { openOrMakeStudy, openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { startProgress } from "../terminal/progress.ts";
import { counted, printable } from "../terminal/text-table.ts";

export const migrateCommand: Command = defineCommand({
  usage: "migrate SOURCE TARGET",
  description: `Copies a dataset of the Python system into a new one: ids, pixels, metadata, analyses and
tables. SOURCE is only read. Every copy is read back and compared.

You can run it again, also after an interruption: it copies what is missing, and leaves
everything else in TARGET alone.`,
  examples: ["kym migrate old.zarr study.zarr", "kym migrate old.zarr study.zarr --dry-run"],
  options: { "dry-run": { short: "n", help: "say what would be copied; write nothing" } },
  run: async (context) => {
    const [from = "", to = ""] = context.args;
    const dryRun = context.options["dry-run"] === true;
    await using source = await openStudy(context, from, "r");
    await using target = await openOrMakeStudy(context, to, "a");
    const progress = startProgress(context.terminal, "migrated", context.progress);
    try {
      const report = await migrate(source, target, {
        dryRun,
        signal: context.signal,
        onEvent: ({ done, total, imageId }) => progress.update(done, total, imageId),
      });
      progress.end();
      return resultOf(report, from, to, dryRun);
    } finally {
      progress.end();
    }
  },
});

function resultOf(report: MigrateReport, from: string, to: string, dryRun: boolean): CommandResult {
  const { found, migrated, unchanged, conflicts, failed, tables } = report;
  const there = migrated.length + unchanged.length;
  const lines = [
    `${dryRun ? "would migrate" : "migrated"} ${there} of ${counted(found, "image")} · ${migrated.length} new, ${unchanged.length} unchanged`,
    ...listOf("tables", tables.copied),
    ...listOf("tables that already exist, left unchanged", tables.kept),
    ...listOf("different content in the target, left unchanged", conflicts.map(lineOf)),
    ...listOf("failed", failed.map(lineOf)),
  ];
  return {
    exitCode: failed.length > 0 ? EXIT.partial : EXIT.ok,
    data: { dryRun, ...report },
    text: `${lines.join("\n")}\n`,
    ...(migrated.length > 0 && {
      next: dryRun ? `kym migrate ${shellWord(from)} ${shellWord(to)}` : `kym index ${shellWord(to)}`,
    }),
  };
}

function lineOf({ imageId, reason }: MigrateProblem): string {
  return `${imageId} — ${reason}`;
}

function listOf(title: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${printable(item)}`)];
}
