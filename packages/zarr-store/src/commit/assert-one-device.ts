// Checks that the folders of a dataset lie on one device, because commits rename files between them.

import { ZarrStoreError } from "../errors.ts";
import type { KeyValueStore } from "../store/key-value-store.ts";
import { ATTACHMENTS, IMAGES, TABLES } from "./object-path.ts";
import { COMMITS, HISTORY, STAGING } from "./records/control-keys.ts";

/** Publishing renames files, and a rename cannot cross file systems. */
export async function assertOneDevice(store: KeyValueStore): Promise<void> {
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
