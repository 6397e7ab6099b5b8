// `kym gc`: removes what crashed writers left behind.

import type { GcReport } from "@kym/zarr-store";
import { type Command, defineCommand } from "../arguments/command.ts";
import { parseDuration } from "../arguments/parse-duration.ts";
import { shellWord } from "../screen/shell-word.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { counted, printable } from "../terminal/text-table.ts";

export const gcCommand: Command = defineCommand({
  usage: "gc DATASET",
  description: `Lists the files of writers that crashed, or did nothing for a day. With --force it removes
them, after a commit that stops such a writer from going on.

What commits replace or delete in an image's analysis is kept. With --history it goes if
that was longer ago, and can no longer be brought back. What an image's provenance names
stays.`,
  examples: ["kym gc study.zarr", "kym gc study.zarr --force", "kym gc study.zarr --history 90d --force"],
  options: {
    history: {
      value: "AGE",
      help: "also what was replaced or deleted longer ago: days or hours, as 90d or 12h",
    },
    force: { short: "f", help: "remove the files", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "only list what would be removed (the default)" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const { history } = context.options;
    const historyOlderThanMs = parseDuration("--history", history);
    const dryRun = context.options["force"] !== true || context.options["dry-run"] === true;
    await using dataset = await openStudy(context, path, "a");
    await dataset.assertExists();
    const report = await dataset.gc({ dryRun, historyOlderThanMs, signal: context.signal });
    const isMore = report.proposed.length > 0 || report.history.length > 0;
    const age = history === undefined ? "" : ` --history ${history}`;
    return {
      exitCode: EXIT.ok,
      data: report,
      text: textOf(report),
      ...(dryRun && isMore && { next: `kym gc ${shellWord(path)}${age} --force` }),
    };
  },
});

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
