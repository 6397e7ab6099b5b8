/** Writes checkpoints that are well-formed, but say something else than the log, or are in the form of version 2. */
import { readCheckpoint } from "../../src/commit/log/checkpoint.ts";
import { type CommittedObject, Head } from "../../src/commit/log/head.ts";
import { encodeOldCheckpoint } from "../../src/commit/log/old-checkpoint.ts";
import { encodeSectionedCheckpoint } from "../../src/commit/log/sectioned-checkpoint.ts";
import { CHECKPOINT, OLD_CHECKPOINT } from "../../src/commit/records/control-keys.ts";
import type { KeyValueStore } from "../../src/store/key-value-store.ts";
import type { StoreKey } from "../../src/store/store-key.ts";

export interface Forged {
  readonly groups: Map<string, Map<StoreKey, CommittedObject>>;
  readonly images: Map<string, unknown>;
}

/** Reads the checkpoint of a store, changes what it says, and puts it back whole and sealed, in either form. */
export async function forgeCheckpoint(
  store: KeyValueStore,
  change: (forged: Forged) => void,
  key: typeof CHECKPOINT | typeof OLD_CHECKPOINT = CHECKPOINT,
): Promise<void> {
  const checkpoint = await readCheckpoint(store, (_key, why) => {
    throw new Error(why);
  });
  if (checkpoint === undefined) {
    throw new Error("there is no checkpoint to change");
  }
  const forged: Forged = {
    groups: new Map([...checkpoint.groups].map(([group, objects]) => [group, new Map(objects)])),
    images: new Map(checkpoint.images),
  };
  change(forged);
  const head = new Head();
  head.restore(checkpoint);
  head.restoreGroups(forged.groups);
  const encode = key === OLD_CHECKPOINT ? encodeOldCheckpoint : encodeSectionedCheckpoint;
  await store.put(key, await encode(head, forged.images));
}

/** Puts the checkpoint of a store back in the form of version 2, in place of the other. */
export async function turnIntoOldCheckpoint(store: KeyValueStore): Promise<void> {
  await forgeCheckpoint(store, () => undefined, OLD_CHECKPOINT);
  await store.remove(CHECKPOINT);
}
