// `kym log`: lists the commits of a dataset.

import type { CommitRecord } from "@kym/zarr-store";
import { type Command, defineCommand } from "../arguments/command.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { printable, textTable } from "../terminal/text-table.ts";

export const logCommand: Command = defineCommand({
  usage: "log DATASET",
  description: `Lists the commits, oldest first: version, time, person, writer, number of changes, and
message. The person is the login, or KYM_USER where several people share one.`,
  examples: ["kym log study.zarr", "kym log study.zarr --json"],
  options: {},
  run: async (context) => {
    const [path = ""] = context.args;
    await using dataset = await openStudy(context, path, "r");
    const commits: object[] = [];
    const rows: (readonly string[])[] = [];
    for await (const record of dataset.log({ signal: context.signal })) {
      commits.push(entryOf(record));
      const { version, committedUtc, writer, ops, message } = record;
      const who = `${writer.host}:${writer.pid}`;
      const cells = [String(version), committedUtc, writer.person ?? "", who, String(ops.length), message];
      rows.push(cells.map(printable));
    }
    const { outIsTty, width, color } = context.terminal;
    const table = textTable(
      [
        { title: "version", align: "right" },
        { title: "time" },
        { title: "person", shrinks: true },
        { title: "writer", shrinks: true },
        { title: "changes", align: "right" },
        { title: "message", shrinks: true },
      ],
      rows,
      { maxWidth: outIsTty ? width : undefined, color },
    );
    return { exitCode: EXIT.ok, data: commits, text: rows.length === 0 ? "no commits yet\n" : table };
  },
});

function entryOf({ version, committedUtc, message, ops, writer, txid, abort }: CommitRecord): object {
  return { version, committed_utc: committedUtc, message, ops: ops.length, writer, txid, abort };
}
