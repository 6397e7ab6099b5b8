/** Logs of thousands of commits, whose records the record encoder makes, so that none of them takes a commit's time. */
import { removalDetails } from "../../../src/commit/history/history-details.ts";
import { CommitLog } from "../../../src/commit/log/commit-log.ts";
import { encodeLatest } from "../../../src/commit/log/latest.ts";
import { type CommitOp, encodeCommitRecord } from "../../../src/commit/records/commit-record.ts";
import { commitKey, LATEST } from "../../../src/commit/records/control-keys.ts";
import { openDataset } from "../../../src/index.ts";
import { runBounded } from "../../../src/runtime/run-bounded.ts";
import type { Runtime } from "../../../src/runtime/runtime.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { parseStoreKey, type StoreKey } from "../../../src/store/store-key.ts";

/** The artifacts that the commits of a long log replace in turn. */
export const ARTIFACTS = 20;

/** A dataset of one image and {@link ARTIFACTS} artifacts, made by one commit. */
export async function startDataset(store: KeyValueStore, runtime: Runtime): Promise<void> {
  const dataset = await openDataset(store, { runtime, durability: "none" });
  await dataset.transaction(async (transaction) => {
    const pixels = { dtype: "uint8", shape: [1, 2], data: Uint8Array.of(1, 2) } as const;
    const record = await transaction.addImage(pixels, { id: "one" });
    for (let index = 0; index < ARTIFACTS; index++) {
      await record.saveJson(`n${index}`, 1);
    }
  });
}

function artifactKey(version: number): StoreKey {
  return parseStoreKey(`images/one/analysis/n${version % ARTIFACTS}.json`);
}

/** Goes on with the log up to a version: each commit saves its own version as an artifact, which stands in its place. */
export async function growLog(store: KeyValueStore, runtime: Runtime, to: number): Promise<void> {
  const log = new CommitLog(store, runtime.sha256);
  await log.refresh();
  const { head } = log;
  let { version, recordSha256: parentSha256 } = head;
  const hashes = new Map<StoreKey, string>();
  const last = new Map<StoreKey, Uint8Array<ArrayBuffer>>();
  const files: [StoreKey, Uint8Array<ArrayBuffer>][] = [];
  while (version < to) {
    version++;
    const txid = `${version - 1}-${runtime.newId()}`;
    const path = artifactKey(version);
    const bytes = new TextEncoder().encode(`${version}\n`);
    const sha256 = await runtime.sha256(bytes);
    const prev = hashes.get(path) ?? head.object(path)?.sha256 ?? null;
    const op: CommitOp = { op: "put", path, sha256, sizeBytes: bytes.length, prev };
    const made = await encodeCommitRecord(
      {
        format: 2,
        version,
        txid,
        base: version - 1,
        parentSha256,
        writer: { host: "microscope-pc", pid: 4711, started: "2026-01-02T03:00:00.000Z" },
        committedUtc: "2026-01-02T03:04:05.000Z",
        message: `save n${version % ARTIFACTS} of one`,
        ops: [op],
        abort: [],
        // The records are made without the commits that keep a history: the last one says that it was removed.
        ...(version === to && { details: removalDetails(Date.UTC(2026, 0, 3)) }),
      },
      runtime.sha256,
    );
    parentSha256 = made.record.sha256;
    hashes.set(path, sha256);
    last.set(path, bytes);
    files.push([commitKey(version), made.bytes]);
  }
  const write = ([key, bytes]: readonly [StoreKey, Uint8Array<ArrayBuffer>]): Promise<void> =>
    store.put(key, bytes);
  const latest = encodeLatest({ version, recordSha256: parentSha256, checkpoint: undefined });
  await runBounded([...files, ...last, [LATEST, latest] as const], write, { concurrency: 16 });
}

/** A session that commits once more and ends, and so packs what is old. */
export async function endSession(store: KeyValueStore, runtime: Runtime): Promise<void> {
  const dataset = await openDataset(store, { runtime, durability: "none" });
  await dataset.record("one").saveJson(`n${(dataset.version + 1) % ARTIFACTS}`, dataset.version + 1);
  await dataset.close();
}
