// Puts commits into lines of a log: the batches of one run are one line.

import type { CommitRecord } from "@kym/zarr-store";
import type { Change } from "./change.ts";
import { type NameOf, wordsOfChanges } from "./change-words.ts";

/** A commit with what it changed. */
export interface LoggedCommit {
  readonly record: CommitRecord;
  readonly changes: readonly Change[];
  /** The version that it undoes. */
  readonly undoes: number | undefined;
}

/** One line: a commit, or the commits of one run. */
export interface LogLine {
  readonly first: number;
  readonly last: number;
  /** The time of the last of them, in UTC. */
  readonly committedUtc: string;
  /** The person whom the record names; undefined if it names none. */
  readonly person: string | undefined;
  readonly words: string;
}

/** What runs in batches, by the first word of its message. */
const BATCHED: ReadonlySet<string> = new Set(["ingest", "refresh", "restore", "migrate", "index", "analyze"]);
/** What begins with a word that a line should keep: the changes alone do not say it. */
const SAID: ReadonlySet<string> = new Set(["refresh", "restore", "migrate", "adopt", "resolve", "pull"]);
/** As many phrases as a line has. */
const MOST_PHRASES = 4;

/** The lines of commits, in the order in which they are given: oldest first. */
export function logLines(commits: readonly LoggedCommit[], nameOf: NameOf): readonly LogLine[] {
  const runs: LoggedCommit[][] = [];
  for (const commit of commits) {
    const run = runs.at(-1);
    if (run !== undefined && isSameRun(run, commit)) {
      run.push(commit);
    } else {
      runs.push([commit]);
    }
  }
  return runs.flatMap((run) => {
    const [first, last] = [run[0], run.at(-1)];
    return first === undefined || last === undefined
      ? []
      : [
          {
            first: first.record.version,
            last: last.record.version,
            committedUtc: last.record.committedUtc,
            person: first.record.writer.person,
            words: wordsOfRun(run, nameOf),
          },
        ];
  });
}

/** A process that lives long may do one thing today and another tomorrow: a run goes on without longer pauses. */
const LONGEST_PAUSE_MS = 600_000;

/** Whether a commit goes on with a run of the same process: another batch, or the index of what was stored. */
function isSameRun(run: readonly LoggedCommit[], { record }: LoggedCommit): boolean {
  const [first, last] = [run[0], run.at(-1)];
  if (first === undefined || last === undefined || last.record.version + 1 !== record.version) {
    return false;
  }
  const { host, pid, started } = first.record.writer;
  const isSameProcess =
    record.writer.host === host && record.writer.pid === pid && record.writer.started === started;
  const pauseMs = Date.parse(record.committedUtc) - Date.parse(last.record.committedUtc);
  const [cause, next] = [causeOf(first.record), causeOf(record)];
  const goesOn = next === cause || next === "index" || next === "remember";
  return (
    isSameProcess && goesOn && !(pauseMs > LONGEST_PAUSE_MS) && (BATCHED.has(cause) || cause === "remember")
  );
}

/** What a commit is part of, by the first word of its message. */
function causeOf({ message }: CommitRecord): string {
  return /^\p{L}+/u.exec(message)?.[0] ?? "";
}

function wordsOfRun(run: readonly LoggedCommit[], nameOf: NameOf): string {
  const changes = joinRepeated(run.flatMap((commit) => commit.changes));
  const phrases = wordsOfChanges(changes, nameOf);
  const shown = phrases.length <= MOST_PHRASES ? phrases : phrases.slice(0, MOST_PHRASES - 1);
  const more = phrases.length - shown.length;
  const [first] = run;
  const message = first?.record.message ?? "";
  const said = [...shown, ...(more === 0 ? [] : [`and ${more} more changes`])].join("; ");
  const cause = first === undefined ? "" : causeOf(first.record);
  const start =
    first?.undoes === undefined ? (SAID.has(cause) ? `${cause}: ` : "") : `version ${first.undoes} undone: `;
  return said === "" ? message : `${start}${said}`;
}

/** A table that several batches changed is said once, and so is an image. */
function joinRepeated(changes: readonly Change[]): readonly Change[] {
  const joined = new Map<string, Change>();
  for (const change of changes) {
    const key = change.kind === "pooled_table" ? change.name : `${joined.size} of its own`;
    const before = joined.get(key);
    joined.set(
      key,
      before === undefined
        ? change
        : { ...change, change: before.change, images: (before.images ?? 0) + (change.images ?? 0) },
    );
  }
  return [...joined.values()];
}
