// `kym adopt`: commits files that another program changed or added.

import { relative, sep } from "node:path";
import { type Command, defineCommand } from "../arguments/command.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { printable } from "../terminal/text-table.ts";

export const adoptCommand: Command = defineCommand({
  usage: "adopt DATASET [PATH…]",
  description: `Commits files that another program changed or added: attachments, and JSON, Parquet and
csv.gz files that can be read. Without PATH, it adopts all of them.

A deletion is adopted only if PATH names the file. Damaged files are never adopted. Ends
with 3 if some files were refused.`,
  examples: ["kym adopt study.zarr --dry-run", "kym adopt study.zarr images/ID/analysis/qc.json"],
  options: { "dry-run": { short: "n", help: "say what would be adopted; write nothing" } },
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
    const { adopted, refused, missing, putBack } = report;
    const lines = [
      ...adopted.map(({ path: key, change }) => `${dryRun ? "would adopt" : "adopted"} ${change}: ${key}`),
      ...putBack.map(
        (key) =>
          `${dryRun ? "would put back" : "put back"}: ${key}: what was added is not for the dataset; the other program's file is kept`,
      ),
      ...missing.map((key) => `missing: ${key}: to adopt its deletion, name it`),
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

/** The key of a path that lies in the dataset; any other name is taken as a key already. */
function keyOf(root: string, resolved: string, name: string): string {
  const inside = relative(root, resolved);
  const isInside = inside !== "" && !inside.startsWith("..") && resolved.startsWith(root + sep);
  return isInside ? inside.split(sep).join("/") : name;
}
