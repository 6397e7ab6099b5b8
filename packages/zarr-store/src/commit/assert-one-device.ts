// Checks that the folders of a dataset lie on one device, because commits rename files between them and that its files are not links.

import { ZarrStoreError } from "../errors.ts";
import type { KeyValueStore } from "../store/key-value-store.ts";
import { joinKey } from "../store/store-key.ts";
import { ATTACHMENTS, IMAGES, TABLES, ZARR_NODE_NAME } from "./object-path.ts";
import { COMMITS, commitKey, HISTORY, STAGING } from "./records/control-keys.ts";

/**
 * Refuses a dataset whose files are links to content that another program manages. Its files show it, not its folders.
 *
 * @throws {ZarrStoreError} `read_only`, with the command that makes files of them
 */
export async function assertNoLinkTree(store: KeyValueStore): Promise<void> {
  for (const key of [joinKey(ZARR_NODE_NAME), commitKey(1)]) {
    const why = await store.whyReadOnly?.(key);
    if (why !== undefined) {
      throw new ZarrStoreError("read_only", `${store.location} is ${why}`, { path: key });
    }
  }
}

/** Publishing renames files, and a rename cannot cross file systems. @throws {ZarrStoreError} `not_supported`, `read_only` */
export async function assertOneDevice(store: KeyValueStore): Promise<void> {
  await assertNoLinkTree(store);
  await store.makeDirectory(STAGING);
  const staging = await store.stat(STAGING);
  for (const key of [COMMITS, HISTORY, IMAGES, TABLES, ATTACHMENTS]) {
    const stat = await store.stat(key);
    if (stat !== undefined && (stat.device !== staging?.device || stat.kind === "other")) {
      throw new ZarrStoreError(
        "not_supported",
        `${key} is a link, or on a different device than ${STAGING}: commits cannot be atomic`,
        {
          path: key,
          expected: staging?.device,
          found: stat.device,
        },
      );
    }
  }
}
