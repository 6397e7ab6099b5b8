// Follows the links that git-annex and DVC put in the place of files whose content they keep elsewhere.

import { readlink, realpath } from "node:fs/promises";
import { ZarrStoreError } from "../../errors.ts";
import type { StoreKey } from "../../store/store-key.ts";
import type { BlockingFiles } from "./blocking-files.ts";
import { errnoOf } from "./errno.ts";

/** The program that keeps the content of a linked file, and the commands by which it comes back and becomes a file of its own. */
interface LinkOwner {
  readonly name: "git-annex" | "DVC";
  /** What the target of its links looks like, with `/`. */
  readonly target: RegExp;
  readonly get: string;
  readonly unlock: string;
}

/** `.git/annex/objects/Xy/Zw/KEY/KEY`; `.dvc/cache/files/md5/ab/cdef…`, or in a cache elsewhere, with or without `files/md5`. */
const OWNERS: readonly LinkOwner[] = [
  { name: "git-annex", target: /(^|\/)annex\/objects\//, get: "git annex get", unlock: "git annex unlock" },
  {
    name: "DVC",
    target: /(^|\/)(files\/md5\/|\.dvc\/cache\/(files\/md5\/)?|cache\/)[0-9a-f]{2}\/[0-9a-f]{30}$/,
    get: "dvc pull",
    unlock: "dvc unprotect",
  },
];

async function ownerOf(path: string): Promise<LinkOwner | undefined> {
  const target = (await readlink(path).catch(() => "")).replaceAll("\\", "/");
  return OWNERS.find((owner) => owner.target.test(target));
}

/**
 * The file that holds the content of a link by git-annex or DVC; undefined for any other link, which is not followed. What is
 * read there is compared with its hash in the log, like every object.
 *
 * @throws {ZarrStoreError} `invalid_name` if its content is not on this machine, with the command that brings it
 */
export async function linkedFile(path: string, key: StoreKey | ""): Promise<string | undefined> {
  const owner = await ownerOf(path);
  if (owner === undefined) {
    return undefined;
  }
  try {
    const found = await realpath(path);
    // A name that only passes through such a folder leads elsewhere.
    return owner.target.test(found.replaceAll("\\", "/")) ? found : undefined;
  } catch (cause) {
    const message = `${path} is a link of ${owner.name}, and its content is not here: \`${owner.get}\` brings it`;
    throw new ZarrStoreError("invalid_name", message, { path: key, cause });
  }
}

/** Opens a file, or the content of a link by git-annex or DVC. No other link is followed. */
export async function openFollowing(
  files: Pick<BlockingFiles, "open">,
  path: string,
  key: StoreKey,
  flags: number,
): ReturnType<BlockingFiles["open"]> {
  try {
    return await files.open(path, flags);
  } catch (error) {
    const linked = errnoOf(error) === "ELOOP" ? await linkedFile(path, key) : undefined;
    if (linked === undefined) {
      throw error;
    }
    return files.open(linked, flags);
  }
}

/** Why nothing is written over a link of git-annex or DVC, with the command that makes it a file; undefined for any other file. */
export async function whyNotWritten(path: string): Promise<string | undefined> {
  const owner = await ownerOf(path);
  return (
    owner &&
    `a tree of links by ${owner.name}, which is only read: \`${owner.unlock}\` makes files of them first`
  );
}
