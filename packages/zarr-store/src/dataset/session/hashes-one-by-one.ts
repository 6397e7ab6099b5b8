// Collects the hashes of objects for sessions that can only be asked for one hash at a time.

import { groupOfImage } from "../../commit/object-path.ts";
import type { ObjectSession } from "./object-session.ts";

/** The hashes of a group's objects, by their keys below the group. */
export async function hashesOneByOne(
  session: Pick<ObjectSession, "paths" | "hash">,
  group: string,
): Promise<ReadonlyMap<string, string>> {
  const skip = group === "" ? 0 : group.length + 1;
  const hashes = new Map<string, string>();
  for (const path of await session.paths(group)) {
    hashes.set(path.slice(skip), (await session.hash(path)) ?? "");
  }
  return hashes;
}

/** {@link hashesOneByOne} for every image, by image id. */
export async function imageHashesOneByOne(
  session: Pick<ObjectSession, "paths" | "hash" | "imageIds">,
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const hashes = new Map<string, ReadonlyMap<string, string>>();
  for (const id of await session.imageIds()) {
    hashes.set(id, await hashesOneByOne(session, groupOfImage(id)));
  }
  return hashes;
}
