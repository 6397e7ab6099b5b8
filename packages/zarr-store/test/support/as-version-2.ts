/** Turns a dataset into what a build of format version 2 would have written: its records, root and checkpoint. */
import { readCheckpoint } from "../../src/commit/log/checkpoint.ts";
import { Head } from "../../src/commit/log/head.ts";
import { encodeOldCheckpoint } from "../../src/commit/log/old-checkpoint.ts";
import {
  type CommitOp,
  decodeCommitRecord,
  encodeCommitRecord,
} from "../../src/commit/records/commit-record.ts";
import { CHECKPOINT, commitKey, LATEST, OLD_CHECKPOINT } from "../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { parseStoreKey, type StoreKey } from "../../src/store/store-key.ts";
import { sha256 } from "./test-runtime.ts";

const ROOT = parseStoreKey("zarr.json");

export async function asVersion2(store: KeyValueStore): Promise<void> {
  const text = new TextDecoder().decode(await store.get(ROOT));
  const root = new TextEncoder().encode(text.replace('"format_version": 3', '"format_version": 2'));
  await store.put(ROOT, root);
  const ofVersion2 = (op: CommitOp): CommitOp =>
    op.op === "put" && op.path === ROOT ? { ...op, sha256: sha256(root), sizeBytes: root.length } : op;
  const hashes: string[] = [""];
  for (;;) {
    const version = hashes.length;
    const bytes = await store.get(commitKey(version));
    if (bytes === undefined) {
      break;
    }
    const { claim: _claim, sha256: _sha256, ...record } = await decodeCommitRecord(bytes, version, sha256);
    const ops = record.ops.map(ofVersion2);
    const parentSha256 = hashes.at(-1) ?? "";
    const made = await encodeCommitRecord({ ...record, format: 1, parentSha256, ops }, sha256);
    await store.put(commitKey(version), made.bytes);
    hashes.push(made.record.sha256);
  }
  const checkpoint = await readCheckpoint(store, () => undefined);
  if (checkpoint !== undefined) {
    const { version, txid } = checkpoint;
    const head = new Head();
    head.restore({ version, txid, recordSha256: hashes[version] ?? "" });
    head.restoreGroups(
      new Map(
        [...checkpoint.groups].map(([group, objects]) => [
          group,
          new Map(
            [...objects].map(([path, object]): [StoreKey, typeof object] => [
              path,
              path === ROOT ? { ...object, sha256: sha256(root), sizeBytes: root.length } : object,
            ]),
          ),
        ]),
      ),
    );
    await store.put(OLD_CHECKPOINT, await encodeOldCheckpoint(head, checkpoint.images));
  }
  await store.remove(CHECKPOINT);
  await store.remove(LATEST);
}
