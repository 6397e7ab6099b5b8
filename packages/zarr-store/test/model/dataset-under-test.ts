import {
  isZarrStoreError,
  type KeyValueStore,
  type OpenDatasetOptions,
  openDataset,
  type ZarrDataset,
  type ZarrStoreErrorCode,
} from "../../src/index.ts";
import { type TestClock, testRuntime } from "../support/test-runtime.ts";

/** The dataset under test: its store, and sessions as of several processes. */
export class DatasetUnderTest {
  readonly store: KeyValueStore;
  readonly ageLock: () => Promise<void>;
  readonly #clock: TestClock;
  readonly #dead = new Set<number>();
  #pids = 0;
  #sessions: readonly ZarrDataset[] = [];
  #turn = 0;

  /** @param ageLock makes a lock that is left a minute older, where the clock of the test does not date files */
  constructor(store: KeyValueStore, clock: TestClock, ageLock = async (): Promise<void> => undefined) {
    this.store = store;
    this.#clock = clock;
    this.ageLock = ageLock;
  }

  /** Two processes take turns. */
  async start(): Promise<void> {
    this.#sessions = [await this.open(), await this.open()];
  }

  /** The session whose turn it is. */
  get dataset(): ZarrDataset {
    const session = this.#sessions[this.#turn];
    if (session === undefined) {
      throw new Error("start the world first");
    }
    return session;
  }

  /** The other process goes on. */
  changeTurn(): void {
    this.#turn = 1 - this.#turn;
  }

  /** The session ends, with a checkpoint if it is time for one, and another begins. */
  async reopen(): Promise<void> {
    await this.dataset.close();
    this.#sessions = this.#sessions.with(this.#turn, await this.open());
  }

  /** A session of a process of its own. */
  async open(options: OpenDatasetOptions = {}, store: KeyValueStore = this.store): Promise<ZarrDataset> {
    const pid = ++this.#pids;
    const runtime = testRuntime({ clock: this.#clock, pid, dead: this.#dead });
    return openDataset(store, { durability: "none", runtime, ...options });
  }

  /** The process that was opened last is no more. */
  killLast(): void {
    this.#dead.add(this.#pids);
  }
}

/** The code with which a promise is rejected; "" if it is not. */
export async function codeOf(promise: Promise<unknown>): Promise<ZarrStoreErrorCode | ""> {
  try {
    await promise;
    return "";
  } catch (error) {
    if (isZarrStoreError(error)) {
      return error.code;
    }
    throw error;
  }
}
