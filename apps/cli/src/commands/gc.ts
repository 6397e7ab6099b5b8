import { type Command, defineCommand } from "../arguments/command.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { printable } from "../terminal/text-table.ts";

/** `kym gc DATASET` */
export const gcCommand: Command = defineCommand({
  usage: "gc DATASET",
  description: `Says what writers left behind that died or did nothing for a day. With --force it is
removed, behind a commit that keeps such a writer from going on.`,
  examples: ["kym gc study.zarr", "kym gc study.zarr --force"],
  options: {
    force: { short: "f", help: "remove it", neverFromEnvironment: true },
    "dry-run": { short: "n", help: "only say what would go (the default)" },
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
        return `${what} ${key}: ${reason} (${files} files, ${sizeBytes} bytes)`;
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
