import {
  type AddImageOptions,
  type KeyValueStore,
  memoryStore,
  type OpenDatasetOptions,
  openDataset,
  type UndoRules,
  type ZarrDataset,
} from "../../../src/index.ts";
import { auditStore } from "../../support/audit-store.ts";
import { TestClock, testRuntime } from "../../support/test-runtime.ts";

/** What the metadata of these tests may hold. */
export interface Notes {
  readonly step?: number;
  readonly [field: string]: unknown;
}

const notesIn = (text: string | undefined): Notes => JSON.parse(text ?? "{}") as Notes;

/** Merges the members of an object, as a caller's own rule may do. */
export const RULES: UndoRules = {
  merge: (artifact, { base, ours, theirs }) => {
    if (artifact !== "metadata") {
      return undefined;
    }
    const [was, now, before] = [notesIn(base), notesIn(ours), notesIn(theirs)];
    const merged: Record<string, unknown> = { ...now };
    const conflicts: string[] = [];
    for (const field of new Set([...Object.keys(was), ...Object.keys(before)])) {
      if (was[field] === before[field] || now[field] === before[field]) {
        continue;
      }
      if (now[field] !== was[field]) {
        conflicts.push(field);
      } else if (before[field] === undefined) {
        delete merged[field];
      } else {
        merged[field] = before[field];
      }
    }
    return { text: JSON.stringify(merged, undefined, 2), conflicts };
  },
  scales: (text, rank) => {
    const { step } = notesIn(text);
    return Array.from({ length: rank }, (_, axis) =>
      axis === rank - 1 && step !== undefined ? { unit: "mm", step } : null,
    );
  },
};

export const summarize: NonNullable<OpenDatasetOptions["summarize"]> = (text) => {
  const { note, step } = notesIn(text);
  return { note: typeof note === "string" ? note : null, step: step ?? null };
};

export interface UndoWorld {
  readonly store: KeyValueStore;
  readonly clock: TestClock;
  readonly dead: Set<number>;
  readonly open: (
    pid: number,
    options?: OpenDatasetOptions & { store?: KeyValueStore },
  ) => Promise<ZarrDataset>;
  /** The text of every object, and of nothing that helps the protocol. */
  readonly objects: () => Promise<Readonly<Record<string, string>>>;
}

export function undoWorld(store?: KeyValueStore): UndoWorld {
  const clock = new TestClock();
  const dead = new Set<number>();
  const own = store ?? memoryStore({ nowEpochMs: clock.look });
  return {
    store: own,
    clock,
    dead,
    open: (pid, options = {}) =>
      openDataset(options.store ?? own, {
        durability: "none",
        runtime: testRuntime({ clock, pid, dead }),
        summarize,
        ...options,
      }),
    objects: async () => (await auditStore(own)).objects,
  };
}

export async function addImage(
  dataset: ZarrDataset,
  id: string,
  notes: Notes,
  options: AddImageOptions = {},
): Promise<void> {
  await dataset.transaction(async (transaction) => {
    const { step } = notes;
    const record = await transaction.addImage(
      { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) },
      { id, scales: [null, step === undefined ? null : { unit: "mm", step }], ...options },
    );
    await record.saveJson("metadata", notes);
    await record.saveJson("qc", { passed: true });
  });
}

/** Edits some fields of the metadata, and the scales that follow from them. */
export async function editNotes(
  dataset: ZarrDataset,
  id: string,
  edit: Readonly<Record<string, unknown>>,
  message = `edit ${id}`,
): Promise<number> {
  const { version } = await dataset.transaction(
    async (transaction) => {
      const record = transaction.record(id);
      const before = (await record.loadJson("metadata")) as Notes;
      const after = Object.fromEntries(
        Object.entries({ ...before, ...edit }).filter(([, value]) => value !== undefined),
      );
      await record.saveJson("metadata", after);
      if (before.step !== after["step"]) {
        const scales = RULES.scales?.(JSON.stringify(after), 2);
        await record.pixels.saveScales(scales ?? []);
      }
    },
    { message },
  );
  return version;
}
