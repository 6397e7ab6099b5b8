// `kym log`: lists the commits of a dataset.

import type { CommitRecord } from "@kym/zarr-store";
import { type Command, defineCommand } from "../arguments/command.ts";
import { BLIND_OPTION, isBlind } from "../study/blind.ts";
import { imageNames } from "../study/image-names.ts";
import { openStudy } from "../study/open-study.ts";
import { EXIT } from "../terminal/exit-code.ts";
import { printable, textTable } from "../terminal/text-table.ts";

export const logCommand: Command = defineCommand({
  usage: "log DATASET",
  description: `Lists the commits, oldest first: version, time, person, writer, number of changes, and
message. The person is the login, or KYM_USER where several people share one. Images are
named by their files; -v and --json name their ids.`,
  examples: ["kym log study.zarr", "kym log study.zarr --json"],
  options: BLIND_OPTION,
  run: async (context) => {
    const [path = ""] = context.args;
    await using dataset = await openStudy(context, path, "r");
    const { outIsTty, width, color } = context.terminal;
    const names = await imageNames(dataset, { blind: isBlind(context) || context.verbose });
    const commits: object[] = [];
    const rows: (readonly string[])[] = [];
    for await (const record of dataset.log({ signal: context.signal })) {
      commits.push(entryOf(record));
      const { version, committedUtc, writer, ops, message } = record;
      const who = `${writer.host}:${writer.pid}`;
      const time = outIsTty ? committedUtc.replace(/\.\d+Z$/, "Z") : committedUtc;
      const text = names.in(message);
      const cells = [String(version), time, writer.person ?? "", who, String(ops.length), text];
      rows.push(cells.map(printable));
    }
    const table = textTable(
      [
        { title: "version", align: "right" },
        { title: "time" },
        { title: "person", shrinks: true, drops: 1 },
        { title: "writer", shrinks: true, drops: 3 },
        { title: "changes", align: "right", drops: 2 },
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
