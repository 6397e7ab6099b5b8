import { type CommitOp, encodeCommitRecord } from "../../src/commit/records/commit-record.ts";
import { COMMITS, commitKey } from "../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import { parseStoreKey } from "../../src/store/store-key.ts";
import { sha256 } from "./test-runtime.ts";

/** Makes an empty dataset as builds made it that knew only version 2: one record of format 1, and the two groups. */
export async function makeVersion2(store: KeyValueStore): Promise<void> {
  const group = (attributes: object): string =>
    `${JSON.stringify({ zarr_format: 3, node_type: "group", attributes }, null, 2)}\n`;
  const files = {
    "zarr.json": group({
      format: "zarr-image-dataset",
      format_version: 2,
      created_utc: "2026-01-02T03:04:05Z",
    }),
    "images/zarr.json": group({}),
  };
  const ops: CommitOp[] = [];
  for (const [name, content] of Object.entries(files)) {
    const path = parseStoreKey(name);
    const bytes = new TextEncoder().encode(content);
    await store.put(path, bytes);
    ops.push({ op: "put", path, sha256: sha256(bytes), sizeBytes: bytes.length, prev: null });
  }
  const { bytes } = await encodeCommitRecord(
    {
      format: 1,
      version: 1,
      txid: "0-old",
      base: 0,
      parentSha256: "",
      writer: { host: "here", pid: 99, started: "long ago" },
      committedUtc: "2026-01-02T03:04:05.000Z",
      message: "",
      ops,
      abort: [],
    },
    sha256,
  );
  await store.makeDirectory(COMMITS);
  await store.put(commitKey(1), bytes);
}
