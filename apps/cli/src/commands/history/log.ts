// `kym log`: says what changed in a dataset, when, and which person did it.

import type { CommitRecord, ZarrDataset } from "@kym/zarr-store";
import { meaningOf } from "@kym/zarr-store/layout";
import { type Command, type CommandContext, defineCommand } from "../../arguments/command.ts";
import { parseDuration } from "../../arguments/parse-duration.ts";
import { blindCommit } from "../../changes/blind-change.ts";
import { loadChanges } from "../../changes/load-changes.ts";
import { type LoggedCommit, type LogLine, logLines } from "../../changes/log-lines.ts";
import { pathChangesOf } from "../../changes/path-change.ts";
import { wrapLines } from "../../screen/wrap-text.ts";
import { BLIND_OPTION, namingOf } from "../../study/blind.ts";
import { findImage } from "../../study/find-image.ts";
import { everyImageName } from "../../study/image-names.ts";
import { openStudy } from "../../study/open-study.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable, textTable } from "../../terminal/text-table.ts";

/** A commit that changed more tables is told by their names alone: to read all would take long. */
const MOST_TABLES = 8;

export const logCommand: Command = defineCommand({
  usage: "log DATASET [IMAGE]",
  description: `Says what each commit changed, oldest first: version, time in UTC, person, and the change in
words. With IMAGE, only the commits that changed that image. The batches of one run are one
line. The person is the login, or KYM_USER where several people share one.

What is not kept any more is said in fewer words. Images are named by their files; -v names
their ids, and --json has every commit with the values before and after.`,
  examples: [
    "kym log study.zarr --since 3d",
    "kym log study.zarr 20250722_A89_0002",
    "kym log study.zarr --since 2026-11-28 --json",
  ],
  options: {
    since: { value: "WHEN", help: "only from then on: a day, as 2026-11-28 (UTC), or an age, as 3d or 12h" },
    ...BLIND_OPTION,
  },
  run: async (context) => {
    const [path = "", wanted] = context.args;
    await using dataset = await openStudy(context, path, "r");
    const naming = namingOf(context);
    const { blind } = naming;
    const sinceEpochMs = sinceOf(context.options.since, dataset.runtime.nowEpochMs());
    const imageId =
      wanted === undefined ? undefined : (await findImage(dataset, wanted, path, naming)).image_id;
    const names = await everyImageName(dataset, { ...naming, ids: context.verbose });
    const commits: LoggedCommit[] = [];
    for await (const record of dataset.log({ signal: context.signal })) {
      if (Date.parse(record.committedUtc) >= sinceEpochMs && isOf(record, imageId)) {
        commits.push(await loggedCommit(dataset, record, imageId, context));
      }
    }
    const said = blind ? commits.map(blindCommit) : commits;
    const lines = logLines(said, (id) => names.of(id)).map((line) => ({
      ...line,
      words: names.in(line.words),
    }));
    const nothing =
      sinceEpochMs > Number.NEGATIVE_INFINITY || imageId !== undefined ? "no commits\n" : "no commits yet\n";
    return {
      exitCode: EXIT.ok,
      data: names.inData(said.map((commit) => entryOf(commit, (id) => names.of(id)))),
      text: lines.length === 0 ? nothing : logText(lines, context),
    };
  },
});

/** Milliseconds since 1970; minus infinity without the option. @throws {CliError} `usage` */
function sinceOf(value: string | undefined, nowEpochMs: number): number {
  if (value === undefined) {
    return Number.NEGATIVE_INFINITY;
  }
  if (/^\d+[hd]$/.test(value)) {
    return nowEpochMs - (parseDuration("--since", value) ?? 0);
  }
  // Without a zone, `Date` would take a time for one of the machine's own.
  const [, day, time = "00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z)?)?$/.exec(value) ?? [];
  const epochMs = day === undefined ? Number.NaN : Date.parse(`${day}T${time}${zone}`);
  if (Number.isNaN(epochMs)) {
    throw usageError(
      `--since is a day, a time in UTC or an age, not ${JSON.stringify(value)}`,
      "--since 2026-11-28, --since 2026-11-28T09:30 or --since 3d",
    );
  }
  return epochMs;
}

function isOf({ ops }: CommitRecord, imageId: string | undefined): boolean {
  return imageId === undefined || ops.some(({ path }) => imageOf(path) === imageId);
}

function imageOf(path: string): string | undefined {
  const meaning = meaningOf(path);
  return meaning !== undefined && "imageId" in meaning ? meaning.imageId : undefined;
}

async function loggedCommit(
  dataset: ZarrDataset,
  record: CommitRecord,
  imageId: string | undefined,
  { signal }: Pick<CommandContext, "signal">,
): Promise<LoggedCommit> {
  const paths = pathChangesOf(record).filter(
    ({ path }) => imageId === undefined || imageOf(path) === imageId,
  );
  const changes = await loadChanges(dataset, paths, { mostTables: MOST_TABLES, signal });
  return { record, changes, undoes: dataset.past.undoneVersion(record) };
}

function entryOf(commit: LoggedCommit, nameOf: (imageId: string) => string): object {
  const { record, changes, undoes } = commit;
  const { version, committedUtc, message, ops, writer, txid, abort, details } = record;
  return {
    ...{ version, committed_utc: committedUtc, message, ops: ops.length, writer, txid, abort },
    words: wordsUnlessMessage(commit, nameOf),
    changes,
    ...(undoes !== undefined && { undoes }),
    ...(details !== undefined && { details }),
  };
}

/** Null if the message says all that there is to say. */
function wordsUnlessMessage(commit: LoggedCommit, nameOf: (imageId: string) => string): string | null {
  const words = logLines([commit], nameOf)[0]?.words;
  return words === undefined || words === commit.record.message ? null : words;
}

/** On a terminal, the words go on below themselves, so that none of them is cut. */
function logText(lines: readonly LogLine[], { terminal }: Pick<CommandContext, "terminal">): string {
  const { outIsTty, width, color } = terminal;
  const rows = lines.map(({ first, last, committedUtc, person = "", words }) => {
    const versions = first === last ? String(first) : `${first}–${last}`;
    const time = outIsTty ? committedUtc.replace(/\.\d+Z$/, "Z") : committedUtc;
    return [versions, time, printable(person), printable(words)];
  });
  const columns = [{ title: "version", align: "right" }, { title: "time" }, { title: "person" }] as const;
  const table = textTable([...columns, { title: "message" }], rows, { color });
  if (!outIsTty) {
    return table;
  }
  const without = textTable(
    columns,
    rows.map((row) => row.slice(0, columns.length)),
  );
  const widest = Math.max(...without.split("\n").map((line) => line.length));
  const indent = widest + 2;
  const room = width - indent;
  const [head = "", ...body] = table.trimEnd().split("\n");
  const wrapped = body.map((line) =>
    room < LEAST_ROOM
      ? `${line.slice(0, widest).trimEnd()}\n${hang(" ".repeat(NARROW) + line.slice(indent), NARROW, width - NARROW)}`
      : hang(line, indent, room),
  );
  return `${[head, ...wrapped].join("\n")}\n`;
}

/** Where the words begin if they stand on a line of their own. */
const NARROW = 9;

/** The words have at least this room beside the other columns. */
const LEAST_ROOM = 28;

function hang(line: string, indent: number, room: number): string {
  const [first = "", ...more] = wrapLines(line.slice(indent), room)
    .split("\n")
    .map((part) => part.trimStart());
  return [`${line.slice(0, indent)}${first}`, ...more.map((part) => `${" ".repeat(indent)}${part}`)].join(
    "\n",
  );
}
