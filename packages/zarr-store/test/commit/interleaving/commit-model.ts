/**
 * A model of the commit protocol without its lock: a state machine of small atomic steps, explored over every
 * interleaving of its writers. Contents may repeat. Files held aside count only through readers and recovery. Every
 * state reached is also recovered by one process alone.
 *
 * - `full` is the protocol.
 * - `naive` differs only in its deletion: a file moved away is put back if its bytes are not the ones deleted. It
 *   must come out bad, or the model sees nothing.
 */
export type Protocol = "full" | "naive";

/** Per path, what a writer wants there; null deletes. */
export type Wants = Readonly<Record<string, string | null>>;

export interface Scenario {
  readonly name: string;
  readonly initial: Readonly<Record<string, string>>;
  readonly writers: readonly Wants[];
}

export interface Exploration {
  readonly states: number;
  /** States from which recovery does not bring back what the log names. */
  readonly lost: number;
  /** States after whose recovery a deleted file is there. */
  readonly stray: number;
  /** States in which a reader cannot get what the log names. */
  readonly unreadable: number;
}

/** Bytes, and the transaction that wrote them: two files are the same file if both are equal. */
type File = readonly [content: string, txid: string];
type Files = Readonly<Record<string, File>>;
type Op = readonly [path: string, content: string | null, prev: string | null];
type LogEntry = readonly [txid: string, ops: readonly Op[]];

interface Shared {
  readonly final: Files;
  readonly log: readonly LogEntry[];
  /** By `<txid> <path>`. */
  readonly staging: Files;
  /** By `<writer> <path>`. */
  readonly aside: Files;
}

type Phase = "help" | "publish";
type Step =
  | "open"
  | "stage"
  | "look"
  | "link"
  | "done"
  | "failed"
  | Phase
  | `${Phase}:${"move" | "judge" | "back" | "confirm"}`;

interface Writer {
  readonly step: Step;
  /** The version whose publication is being finished. */
  readonly base: number;
  readonly ops: readonly Op[];
  readonly index: number;
  readonly reruns: number;
}

interface State {
  readonly shared: Shared;
  readonly writers: readonly Writer[];
}

export function exploreCommits(protocol: Protocol, { initial, writers }: Scenario): Exploration {
  const wants = writers.map((want) => Object.entries(want).sort(([a], [b]) => (a < b ? -1 : 1)));
  const start: State = {
    shared: {
      final: Object.fromEntries(
        Object.entries(initial).map(([path, content]): [string, File] => [path, [content, "t0"]]),
      ),
      log: [["t0", Object.entries(initial).map(([path, content]): Op => [path, content, null])]],
      staging: {},
      aside: {},
    },
    writers: writers.map(() => ({ step: "open", base: 0, ops: [], index: 0, reruns: 0 })),
  };
  const seen = new Set([keyOf(start)]);
  const queue = [start];
  const found = { states: 0, lost: 0, stray: 0, unreadable: 0 };
  for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
    const { shared } = state;
    const committed = headOf(shared.log);
    const recovered = recover(protocol, shared);
    found.states++;
    found.lost += [...committed].some(([path, file]) => file !== null && recovered[path]?.[0] !== file[0])
      ? 1
      : 0;
    found.stray += Object.keys(recovered).some((path) => !committed.get(path)) ? 1 : 0;
    found.unreadable += countUnreadable(protocol, shared);
    for (const [me, writer] of state.writers.entries()) {
      if (writer.step === "done" || writer.step === "failed") {
        continue;
      }
      const [nextShared, nextWriter] = advance(protocol, shared, writer, me + 1, wants[me] ?? []);
      const next: State = { shared: nextShared, writers: state.writers.with(me, nextWriter) };
      const key = keyOf(next);
      if (!seen.has(key)) {
        seen.add(key);
        queue.push(next);
      }
    }
  }
  return found;
}

/** One atomic step of one writer. */
function advance(
  protocol: Protocol,
  shared: Shared,
  writer: Writer,
  me: number,
  wants: readonly (readonly [path: string, content: string | null])[],
): readonly [Shared, Writer] {
  const { log, staging } = shared;
  const { step, ops, index, reruns } = writer;
  const txid = `t${me}${reruns}`;
  switch (step) {
    case "open": {
      if (wants.some(([path, content]) => content === null && contentOf(log, path) === null)) {
        return [shared, { ...writer, step: "done", base: 0, ops: [], index: 0 }];
      }
      const planned = wants.map(([path, content]): Op => [path, content, contentOf(log, path)]);
      return [shared, { ...writer, step: "stage", base: log.length, ops: planned, index: 0 }];
    }
    case "stage": {
      const op = ops[index];
      if (op === undefined) {
        return [shared, { ...writer, step: "look", index: 0 }];
      }
      const [path, content] = op;
      const next = { ...writer, index: index + 1 };
      return content === null
        ? [shared, next]
        : [{ ...shared, staging: { ...staging, [`${txid} ${path}`]: [content, txid] } }, next];
    }
    case "look":
      return [shared, { ...writer, step: "help", base: log.length, index: 0 }];
    case "link": {
      if (log.length === index) {
        return [
          { ...shared, log: [...log, [txid, ops]] },
          { ...writer, step: "publish", index: 0 },
        ];
      }
      if (ops.every(([path, , prev]) => contentOf(log, path) === prev)) {
        return [shared, { ...writer, step: "look", index: 0 }];
      }
      return reruns < 1
        ? [shared, { step: "open", base: 0, ops: [], index: 0, reruns: reruns + 1 }]
        : [shared, { step: "failed", base: 0, ops: [], index: 0, reruns }];
    }
    case "done":
    case "failed":
      throw new Error("a writer that has ended takes no step");
    case "help":
    case "publish":
      return publishNext(protocol, shared, writer, txid);
    default:
      return settleDeletion(protocol, shared, writer, me, txid);
  }
}

/** The transaction whose publication a writer works on: its own, or the head that it found. */
function publication(shared: Shared, writer: Writer, txid: string): LogEntry {
  const isHelping = writer.step.startsWith("help");
  return isHelping ? (shared.log[writer.base - 1] ?? ["", []]) : [txid, writer.ops];
}

function publishNext(
  protocol: Protocol,
  shared: Shared,
  writer: Writer,
  txid: string,
): readonly [Shared, Writer] {
  const phase: Phase = writer.step === "help" ? "help" : "publish";
  const [from, ops] = publication(shared, writer, txid);
  const op = ops[writer.index];
  if (op === undefined) {
    return phase === "help"
      ? [shared, { ...writer, step: "link", index: writer.base }]
      : [shared, { step: "done", base: 0, ops: [], index: 0, reruns: writer.reruns }];
  }
  const [path, content] = op;
  const next: Writer = { ...writer, index: writer.index + 1 };
  if (content !== null) {
    const staged = shared.staging[`${from} ${path}`];
    return staged === undefined
      ? [shared, next]
      : [
          {
            ...shared,
            final: { ...shared.final, [path]: staged },
            staging: without(shared.staging, `${from} ${path}`),
          },
          next,
        ];
  }
  const isWantedAgain = protocol === "full" && contentOf(shared.log, path) !== null;
  return [shared, isWantedAgain ? next : { ...writer, step: `${phase}:move` }];
}

function settleDeletion(
  protocol: Protocol,
  shared: Shared,
  writer: Writer,
  me: number,
  txid: string,
): readonly [Shared, Writer] {
  const phase: Phase = writer.step.startsWith("help") ? "help" : "publish";
  const op = publication(shared, writer, txid)[1][writer.index];
  if (op === undefined) {
    throw new Error("no deletion is under way");
  }
  const [path, , prev] = op;
  const mine = `${me} ${path}`;
  const next: Writer = { ...writer, step: phase, index: writer.index + 1 };
  const inPlace = shared.final[path];
  if (writer.step.endsWith(":move")) {
    return inPlace === undefined
      ? [shared, next]
      : [
          { ...shared, final: without(shared.final, path), aside: { ...shared.aside, [mine]: inPlace } },
          { ...writer, step: `${phase}:judge` },
        ];
  }
  const held = shared.aside[mine];
  if (held === undefined) {
    throw new Error("nothing is held aside");
  }
  const released: Shared = { ...shared, aside: without(shared.aside, mine) };
  if (writer.step.endsWith(":judge")) {
    const isWanted = protocol === "naive" ? held[0] !== prev : contentOf(shared.log, path) === held[0];
    if (isWanted) {
      return [shared, { ...writer, step: `${phase}:back` }];
    }
    return protocol === "full" && inPlace !== undefined && isSameFile(inPlace, held)
      ? [released, { ...writer, step: `${phase}:move` }]
      : [released, next];
  }
  if (writer.step.endsWith(":back")) {
    const linked: Shared =
      inPlace === undefined ? { ...shared, final: { ...shared.final, [path]: held } } : shared;
    return protocol === "naive"
      ? [{ ...linked, aside: released.aside }, next]
      : [linked, { ...writer, step: `${phase}:confirm` }];
  }
  return contentOf(shared.log, path) === held[0]
    ? [released, next]
    : [shared, { ...writer, step: `${phase}:judge` }];
}

/** What one process makes of a state when nobody else is alive. */
function recover(protocol: Protocol, { final, log, staging, aside }: Shared): Files {
  const head = headOf(log);
  const files: Record<string, File> = { ...final };
  for (const [key, file] of Object.entries(staging)) {
    const path = pathOf(key);
    const committed = head.get(path);
    if (committed && isSameFile(committed, file)) {
      files[path] = file;
    }
  }
  for (const [key, file] of Object.entries(protocol === "full" ? aside : {})) {
    const path = pathOf(key);
    const inPlace = files[path];
    if (head.get(path)?.[0] === file[0]) {
      files[path] = inPlace ?? file;
    } else if (inPlace !== undefined && isSameFile(inPlace, file)) {
      delete files[path];
    }
  }
  for (const [path, content] of log.at(-1)?.[1] ?? []) {
    if (content === null && !head.get(path)) {
      delete files[path];
    }
  }
  return files;
}

/** Readers look at the path, in staging, and, in the full protocol, at what is held aside. */
function countUnreadable(protocol: Protocol, { final, log, staging, aside }: Shared): number {
  const headTxid = log.at(-1)?.[0] ?? "";
  return [...headOf(log)].filter(([path, committed]) => {
    if (committed === null || final[path]?.[0] === committed[0]) {
      return false;
    }
    const [content, txid] = committed;
    return protocol === "naive"
      ? staging[`${headTxid} ${path}`]?.[0] !== content
      : staging[`${txid} ${path}`] === undefined &&
          !Object.entries(aside).some(([key, file]) => pathOf(key) === path && file[0] === content);
  }).length;
}

function headOf(log: readonly LogEntry[]): ReadonlyMap<string, File | null> {
  const head = new Map<string, File | null>();
  for (const [txid, ops] of log) {
    for (const [path, content] of ops) {
      head.set(path, content === null ? null : [content, txid]);
    }
  }
  return head;
}

function contentOf(log: readonly LogEntry[], path: string): string | null {
  return headOf(log).get(path)?.[0] ?? null;
}

function isSameFile(a: File, b: File): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function pathOf(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}

function without(files: Files, key: string): Files {
  return Object.fromEntries(Object.entries(files).filter(([other]) => other !== key));
}

function keyOf({ shared, writers }: State): string {
  const { final, log, staging, aside } = shared;
  return JSON.stringify([sorted(final), log, sorted(staging), sorted(aside), writers]);
}

function sorted(files: Files): readonly (readonly [string, File])[] {
  return Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
}
