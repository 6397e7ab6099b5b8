import type { StoreKey } from "../store/store-key.ts";
import type { ObjectSession } from "./object-session.ts";

/** The hashes of a group's paths where each has to be asked for. */
export async function hashesOneByOne(
  session: Pick<ObjectSession, "paths" | "hash">,
  group: string,
): Promise<ReadonlyMap<StoreKey, string>> {
  const hashes = new Map<StoreKey, string>();
  for (const path of await session.paths(group)) {
    hashes.set(path, (await session.hash(path)) ?? "");
  }
  return hashes;
}
