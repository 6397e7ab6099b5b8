// `kym gc`: removes what crashed writers left behind.

import { type Command, defineCommand } from "../arguments/command.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { counted, printable } from "../terminal/text-table.ts";

export const gcCommand: Command = defineCommand({
  usage: "gc DATASET",
  description: `Lists the files of writers that crashed, or did nothing for a day. With --force it removes
them, after a commit that stops such a writer from going on.`,
  examples: ["kym gc study.zarr", "kym gc study.zarr --force"],
  options: {
    force: { short: "f", help: "remove the files", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "only list what would be removed (the default)" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    const dryRun = context.options["force"] !== true || context.options["dry-run"] === true;
    await using dataset = await openStudy(context, path, "a");
    await dataset.assertExists();
    const report = await dataset.gc({ dryRun, signal: context.signal });
    const removed = new Set(report.removed);
    const lines = [
      ...report.proposed.map(({ path: key, reason, files, sizeBytes }) => {
        const what = removed.has(key) ? "removed" : "would remove";
        return `${what} ${key}: ${reason} (${counted(files, "file")}, ${counted(sizeBytes, "byte")})`;
      }),
      ...report.kept.map(({ path: key, reason }) => `kept ${key}: ${reason}`),
    ];
    return {
      exitCode: EXIT.ok,
      data: report,
      text: (lines.length === 0 ? ["nothing to remove"] : lines)
        .map((line) => `${printable(line)}\n`)
        .join(""),
      ...(dryRun && report.proposed.length > 0 && { next: `kym gc ${path} --force` }),
    };
  },
});
