// `kym gc`: removes what crashed writers left behind.

import type { GcReport } from "@kym/zarr-store";
import { askYesNo, YES_OPTION } from "../arguments/ask-yes-no.ts";
import { type Command, type CommandResult, defineCommand } from "../arguments/command.ts";
import { parseDuration } from "../arguments/parse-duration.ts";
import { shellWord } from "../screen/shell-word.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { counted, printable } from "../terminal/text-table.ts";

export const gcCommand: Command = defineCommand({
  usage: "gc DATASET",
  description: `Lists the files of writers that crashed, or did nothing for a day, and asks whether to remove
them; --yes or --force answers that. Where nobody can be asked, it ends with 5. Before anything
goes, a commit stops such a writer from going on.

What commits replace or delete in an image's analysis is kept. With --history it goes if
that was longer ago, and can no longer be brought back. What an image's provenance names
stays.`,
  examples: [
    "kym gc study.zarr --dry-run",
    "kym gc study.zarr --yes",
    "kym gc study.zarr --history 90d --yes",
  ],
  options: {
    history: {
      value: "AGE",
      help: "also what was replaced or deleted longer ago: days or hours, as 90d or 12h",
    },
    ...YES_OPTION,
    force: { short: "f", help: "the same as --yes", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "only list what would be removed" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const { history } = context.options;
    const historyOlderThanMs = parseDuration("--history", history);
    const isDry = context.options["dry-run"] === true;
    await using dataset = await openStudy(context, path, "a");
    await dataset.assertExists();
    const collect = (dryRun: boolean): Promise<GcReport> =>
      dataset.gc({ dryRun, historyOlderThanMs, signal: context.signal });
    if (!isDry && (context.options["yes"] === true || context.options["force"] === true)) {
      return removed(await collect(false));
    }
    const plan = await collect(true);
    const count = plan.proposed.length + plan.history.length;
    const listed: CommandResult = { exitCode: EXIT.ok, data: plan, text: textOf(plan) };
    const command = `kym gc ${shellWord(path)}${history === undefined ? "" : ` --history ${history}`} --yes`;
    if (isDry || count === 0) {
      return count === 0 ? listed : { ...listed, next: command };
    }
    const question = `${textOf(plan)}Remove ${count === 1 ? "it" : `these ${count}`} for good?`;
    switch (await askYesNo(context, question)) {
      case "yes":
        return removed(await collect(false));
      case "no":
        return { exitCode: EXIT.ok, data: plan, text: "nothing was removed\n" };
      default:
        return {
          ...listed,
          exitCode: EXIT.refused,
          warnings: ["nothing was removed, because nobody could be asked", `this removes it: ${command}`],
        };
    }
  },
});

function removed(report: GcReport): CommandResult {
  return { exitCode: EXIT.ok, data: report, text: textOf(report) };
}

function textOf({ proposed, history, kept, removed }: GcReport): string {
  const gone = new Set(removed);
  const said = (path: string): string => (gone.has(path) ? "removed" : "would remove");
  const lines = [
    ...proposed.map(
      ({ path, reason, files, sizeBytes }) =>
        `${said(path)} ${path}: ${reason} (${counted(files, "file")}, ${counted(sizeBytes, "byte")})`,
    ),
    ...history.map(
      ({ path, reason, sizeBytes }) => `${said(path)} ${path}: ${reason} (${counted(sizeBytes, "byte")})`,
    ),
    ...kept.map(({ path, reason }) => `kept ${path}: ${reason}`),
  ];
  return (lines.length === 0 ? ["nothing to remove"] : lines).map((line) => `${printable(line)}\n`).join("");
}
