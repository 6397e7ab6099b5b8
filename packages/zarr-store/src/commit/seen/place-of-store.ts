// Finds out about the place where a dataset lies: which one it is, what its clock says, and how exactly it keeps times.

import { isZarrStoreError } from "../../errors.ts";
import type { Runtime } from "../../runtime/runtime.ts";
import type { KeyValueStore } from "../../store/key-value-store.ts";
import type { ReadOnlyStore } from "../../store/read-only-store.ts";
import { clockKey } from "../records/control-keys.ts";
import type { Place } from "./is-trusted.ts";

/** One time in a hundred ends in two zeros by chance. */
const TRIES = 3;

/**
 * A name for the dataset's folder as this machine sees it, 32 hex digits. Another machine may see other inodes and times, and the
 * files of a copy have other times.
 *
 * @returns undefined if there is no dataset
 */
export async function placeName(
  store: Pick<ReadOnlyStore, "stat">,
  { sha256, writer }: Pick<Runtime, "sha256" | "writer">,
): Promise<string | undefined> {
  const root = await store.stat("");
  const text =
    root &&
    JSON.stringify([writer.host, root.device, ...(root.inode === undefined ? [] : [String(root.inode)])]);
  return text && (await sha256(new TextEncoder().encode(text))).slice(0, 32);
}

/**
 * Writes an empty file to read the store's clock, and to see whether its times have nanoseconds.
 *
 * @returns undefined if the store cannot be written, or does not say what its times are in nanoseconds
 */
export async function readPlace(
  store: Pick<KeyValueStore, "put" | "stat" | "remove">,
  { newId }: Pick<Runtime, "newId">,
): Promise<(Place & { readonly nowNs: bigint }) | undefined> {
  let nowNs: bigint | undefined;
  try {
    for (let turn = 0; turn < TRIES; turn++) {
      const probe = clockKey(newId());
      await store.put(probe, new Uint8Array());
      const stat = await store.stat(probe);
      await store.remove(probe);
      nowNs = stat?.mtimeNs;
      if (nowNs === undefined) {
        return undefined;
      }
      // NTFS and Samba keep steps of 100 ns.
      if (nowNs % 100n !== 0n) {
        return { nowNs, keepsNanoseconds: true };
      }
    }
  } catch (error) {
    if (!isZarrStoreError(error, "io", "read_only")) {
      throw error;
    }
    return undefined;
  }
  return nowNs === undefined ? undefined : { nowNs, keepsNanoseconds: false };
}
