/** A commit record with one byte changed, which no reader takes. */
import {
  type CommitRecord,
  decodeCommitRecord,
  encodeCommitRecord,
} from "../../../src/commit/records/commit-record.ts";
import { isZarrStoreError } from "../../../src/errors.ts";
import { joinKey } from "../../../src/store/store-key.ts";
import { sha256 } from "../../support/test-runtime.ts";

export const SAMPLE: Omit<CommitRecord, "sha256"> = {
  format: 1,
  version: 7,
  txid: "6-3f2c",
  base: 6,
  parentSha256: "a".repeat(64),
  writer: { host: "lab-1", pid: 0, started: "boot/17" },
  committedUtc: "2026-02-03T04:05:06.007Z",
  message: "two images, “Ümlaut”",
  ops: [
    {
      op: "put",
      path: joinKey("tables/t.parquet"),
      sha256: "b".repeat(64),
      sizeBytes: 0,
      prev: null,
      imageIds: ["x"],
    },
    { op: "delete", path: joinKey("images/x/zarr.json"), prev: "c".repeat(64) },
  ],
  abort: ["5-dead"],
};

/** What reading says to a record of which each byte in turn is changed to every `stride`-th other value, in order. */
export async function codesOfChanges(
  record: Omit<CommitRecord, "sha256">,
  stride: number,
): Promise<readonly string[]> {
  const { bytes } = await encodeCommitRecord(record, sha256);
  const codes = new Set<string>();
  for (let index = 0; index < bytes.length; index++) {
    const damaged = bytes.slice();
    for (let step = 1 + (index % stride); step < 256; step += stride) {
      damaged[index] = ((bytes[index] ?? 0) + step) % 256;
      const code = await decodeCommitRecord(damaged, record.version, sha256).then(
        () => "accepted",
        (reason: unknown) => (isZarrStoreError(reason) ? reason.code : String(reason)),
      );
      codes.add(code);
    }
  }
  return [...codes].sort();
}
