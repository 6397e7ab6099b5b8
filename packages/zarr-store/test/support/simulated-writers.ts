import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Commit } from "../../src/commit/commit.ts";
import type { CommitStep } from "../../src/commit/commit-context.ts";
import { CommitEngine, type TransactionOptions } from "../../src/commit/commit-engine.ts";
import type { WriterLockOptions } from "../../src/commit/lock/writer-lock.ts";
import type { Transaction } from "../../src/commit/write/transaction.ts";
import { localStore } from "../../src/node/local/local-store.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import { joinKey, type StoreKey } from "../../src/store/store-key.ts";
import { interceptStore, type StoreCall } from "../../src/testing/index.ts";
import { type Audit, auditStore } from "./audit-store.ts";
import { type CollectedLog, collectLog, TestClock, testRuntime } from "./test-runtime.ts";
import { localStoreWithoutLinks, withoutLinks } from "./without-hard-links.ts";

/** What a commit does, by path; null deletes. */
export type Changes = Readonly<Record<string, string | null>>;

export interface WriterOptions {
  readonly onStep?: (step: CommitStep, path?: string) => void | Promise<void>;
  /** What the writer sees instead of the store. */
  readonly store?: KeyValueStore;
  readonly lock?: WriterLockOptions;
  readonly durability?: "batched" | "none";
}

/** One writer, as if it were a process of its own. */
export interface Writer {
  readonly pid: number;
  readonly engine: CommitEngine;
  readonly log: CollectedLog;
  commit(changes: Changes, options?: TransactionOptions): Promise<Commit>;
  transact(fn: (transaction: Transaction) => Promise<void>, options?: TransactionOptions): Promise<Commit>;
  /** The text of an object as this writer's reader gives it. */
  read(path: string): Promise<string | undefined>;
}

/** Thrown by a step at which a writer is killed: it never goes on. */
export class Killed extends Error {}

export function die(): Promise<never> {
  return Promise.reject(new Killed());
}

/** A store with writers that share a clock and can die. */
export class SimulatedWriters {
  readonly store: KeyValueStore;
  readonly clock: TestClock;
  /** What went wrong inside of steps, where a commit that stands only logs it. */
  readonly failures: unknown[] = [];
  /** Windows that no writer has come through yet. */
  readonly unreached: Set<string> = new Set();
  readonly #dead = new Set<number>();
  #pids = 0;

  constructor(store: KeyValueStore, clock: TestClock) {
    this.store = store;
    this.clock = clock;
  }

  async writer(options: WriterOptions = {}): Promise<Writer> {
    const pid = ++this.#pids;
    const log = collectLog();
    const engine = new CommitEngine(options.store ?? this.store, {
      runtime: testRuntime({ clock: this.clock, pid, dead: this.#dead }),
      logger: log,
      onStep: async (step, path) => {
        try {
          await options.onStep?.(step, path);
        } catch (error) {
          if (!(error instanceof Killed)) {
            this.failures.push(error);
          }
          throw error;
        }
      },
      ...(options.lock && { lock: options.lock }),
      ...(options.durability && { durability: options.durability }),
    });
    await engine.open();
    const transact: Writer["transact"] = async (fn, transactionOptions) =>
      (await engine.transact(fn, transactionOptions)).commit;
    return {
      pid,
      engine,
      log,
      transact,
      commit: (changes, transactionOptions) => transact((t) => applyChanges(t, changes), transactionOptions),
      read: async (path) => text(await engine.reader.read(joinKey(path))),
    };
  }

  /** A writer beside one that holds the lock and waits. */
  async second(options: WriterOptions = {}): Promise<Writer> {
    return this.writer({ ...options, lock: { disabled: true } });
  }

  /** Runs once, when the step is first reached; the test fails if it never is. */
  atStep(step: CommitStep, run: (path?: string) => Promise<unknown>): NonNullable<WriterOptions["onStep"]> {
    const window = `${this.unreached.size}: ${step}`;
    this.unreached.add(window);
    return async (reached, path) => {
      if (reached === step && this.unreached.delete(window)) {
        await run(path);
      }
    };
  }

  /** Runs once, before the first call that fits; the test fails if no call fits. */
  beforeCall(
    fits: (call: StoreCall) => boolean,
    run: () => Promise<unknown>,
    store: KeyValueStore = this.store,
  ): KeyValueStore {
    const window = `${this.unreached.size}: a call`;
    this.unreached.add(window);
    return interceptStore(store, async (call, runCall) => {
      if (this.unreached.has(window) && fits(call)) {
        this.unreached.delete(window);
        await run();
      }
      return runCall();
    });
  }

  kill(writer: Writer): void {
    this.#dead.add(writer.pid);
  }

  /** Lets the next writer come, in a session of its own, and looks at what is there then. */
  async auditAfterNextWriter(): Promise<Audit> {
    const next = await this.writer();
    await next.commit({ [`tables/settled-${next.pid}`]: "settled" });
    return auditStore(this.store);
  }

  async put(path: string, value: string): Promise<void> {
    await this.store.put(joinKey(path), bytes(value));
  }

  async get(path: string): Promise<string | undefined> {
    return text(await this.store.get(joinKey(path)));
  }
}

export async function applyChanges(transaction: Transaction, changes: Changes): Promise<void> {
  for (const [path, value] of Object.entries(changes)) {
    if (value === null) {
      await transaction.delete(joinKey(path));
    } else {
      await transaction.put(joinKey(path), bytes(value));
    }
  }
}

export type Medium = "memory" | "local" | "memory without hard links" | "local without hard links";

/** Every medium: with hard links, and without, where folders claim the versions. */
export const MEDIA: readonly Medium[] = [
  "memory",
  "local",
  "memory without hard links",
  "local without hard links",
];

/** Runs a test in a world of its own. */
export async function withSimulatedWriters<T>(
  medium: Medium,
  run: (world: SimulatedWriters) => Promise<T>,
): Promise<T> {
  const clock = new TestClock();
  if (medium.startsWith("memory")) {
    const store = memoryStore({ nowEpochMs: clock.look });
    return run(new SimulatedWriters(medium === "memory" ? store : withoutLinks(store), clock));
  }
  const root = await mkdtemp(join(tmpdir(), "kym-commit-"));
  try {
    return await run(
      new SimulatedWriters(medium === "local" ? localStore(root) : localStoreWithoutLinks(root), clock),
    );
  } finally {
    await rm(root, { recursive: true });
  }
}

export function bytes(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(value);
}

export function text(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value);
}

/** A record with an artifact and pixels, as little as makes one. */
export function record(id: string, parts: Readonly<Record<string, string>> = {}): Record<string, string> {
  const group = `images/${id}`;
  return {
    [`${group}/zarr.json`]: `group ${id}`,
    [`${group}/data/zarr.json`]: `array ${id}`,
    [`${group}/data/c/0/0`]: `pixels ${id}`,
    ...Object.fromEntries(Object.entries(parts).map(([name, value]) => [`${group}/${name}`, value])),
  };
}

export function deletionOf(objects: Readonly<Record<string, string>>): Changes {
  return Object.fromEntries(Object.keys(objects).map((path) => [path, null]));
}

/** A change that adds a line to an object, whatever others have added meanwhile. */
export function addLine(transaction: Transaction, path: string, line: string): void {
  transaction.merge({
    path: joinKey(path),
    merge: async (current) => ({ bytes: bytes(`${text(current) ?? ""}${line}\n`) }),
  });
}

export function key(path: string): StoreKey {
  return joinKey(path);
}
