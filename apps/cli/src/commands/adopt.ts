import { relative, sep } from "node:path";
import { type Command, defineCommand } from "../arguments/command.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { printable } from "../terminal/text-table.ts";

/** `kym adopt DATASET [PATH…]` */
export const adoptCommand: Command = defineCommand({
  usage: "adopt DATASET [PATH…]",
  description: `Commits files that another program changed or added: JSON, Parquet and csv.gz that parse,
and attachments. Without a path, all of them; the deletion of a file only if it is
named. Damaged files are never adopted. Ends with 3 if some were refused.`,
  examples: ["kym adopt study.zarr --dry-run", "kym adopt study.zarr images/ID/analysis/qc.json"],
  options: { "dry-run": { short: "n", help: "only say what would be adopted" } },
  run: async (context) => {
    const [path = "", ...named] = context.args;
    const dryRun = context.options["dry-run"] === true;
    await using dataset = await openStudy(context, path, dryRun ? "r" : "a");
    await dataset.assertExists();
    const root = context.resolvePath(path);
    const paths = named.map((name) => keyOf(root, context.resolvePath(name), name));
    const report = await dataset.adopt({
      dryRun,
      signal: context.signal,
      ...(paths.length > 0 && { paths }),
    });
    const { adopted, refused, missing } = report;
    const lines = [
      ...adopted.map(({ path: key, change }) => `${dryRun ? "would adopt" : "adopted"} ${change}: ${key}`),
      ...missing.map((key) => `missing: ${key}: name it to adopt its deletion`),
      ...refused.map(({ path: key, reason }) => `refused: ${key}: ${reason}`),
    ];
    return {
      exitCode: refused.length > 0 ? EXIT.partial : EXIT.ok,
      data: report,
      text: (lines.length === 0 ? ["nothing to adopt"] : lines)
        .map((line) => `${printable(line)}\n`)
        .join(""),
    };
  },
});

/** A path in the file system that lies in the dataset, or a key below its root. */
function keyOf(root: string, resolved: string, name: string): string {
  const inside = relative(root, resolved);
  const isInside = inside !== "" && !inside.startsWith("..") && resolved.startsWith(root + sep);
  return isInside ? inside.split(sep).join("/") : name;
}
