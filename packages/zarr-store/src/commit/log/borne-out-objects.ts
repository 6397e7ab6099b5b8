// Compares objects that came from a checkpoint with the records that put them there.

import type { StoreKey } from "../../store/store-key.ts";
import type { CommitRecord } from "../records/commit-record.ts";
import type { CommittedObject } from "./head.ts";

/** Objects of a checkpoint that the log has borne out; each is looked up once. */
export class BorneOutObjects {
  readonly #known = new WeakSet<CommittedObject>();

  /**
   * Whether the record of each object's version put it where it is. Only those of versions up to `upTo` are looked up.
   *
   * @throws whatever `recordOf` throws
   */
  async holdFor(
    objects: ReadonlyMap<StoreKey, CommittedObject>,
    upTo: number,
    recordOf: (version: number) => Promise<CommitRecord | undefined>,
  ): Promise<boolean> {
    const versions = new Map<number, [StoreKey, CommittedObject][]>();
    for (const [path, object] of objects) {
      if (object.version <= upTo && !this.#known.has(object)) {
        versions.set(object.version, [...(versions.get(object.version) ?? []), [path, object]]);
      }
    }
    for (const [version, ofVersion] of versions) {
      const record = await recordOf(version);
      const put = new Map(record?.ops.flatMap((op) => (op.op === "put" ? [[op.path, op.sha256]] : [])));
      if (!ofVersion.every(([path, { sha256 }]) => put.get(path) === sha256)) {
        return false;
      }
      for (const [, object] of ofVersion) {
        this.#known.add(object);
      }
    }
    return true;
  }
}
