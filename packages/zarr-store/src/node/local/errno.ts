// Reads the code of a file system error, and what it means.

import { ZarrStoreError } from "../../errors.ts";
import type { StoreKey } from "../../store/store-key.ts";

/** Returns the code of a file system error, such as `ENOENT`; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "errno" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

/** Whether a link failed because there are no hard links here. EPERM may also mean that the name is taken, on sshfs. */
export function isWithoutHardLinks(error: unknown): boolean {
  return NO_HARD_LINKS.has(errnoOf(error));
}

const NO_HARD_LINKS: ReadonlySet<string | undefined> = new Set([
  "ENOTSUP",
  "EOPNOTSUPP",
  "EPERM",
  "ENOSYS",
  "EMLINK",
]);

/**
 * Whether a link failed in a way in which some places say that there are no hard links: rclone says EIO. The link may have been
 * made all the same, or the name be taken: an exclusive create of the name, which follows, fails then.
 */
export function isPerhapsWithoutHardLinks(error: unknown): boolean {
  return isWithoutHardLinks(error) || ODD_ANSWERS.has(errnoOf(error));
}

const ODD_ANSWERS: ReadonlySet<string | undefined> = new Set(["EIO", "EINVAL", "EXDEV", "EACCES"]);

export function noHardLinks(path: string, cause: unknown): ZarrStoreError {
  return new ZarrStoreError("not_supported", `cannot link ${path}: ${errnoOf(cause)}`, {
    path,
    found: errnoOf(cause),
    cause,
  });
}

export function noSource(key: StoreKey, from: StoreKey): ZarrStoreError {
  return new ZarrStoreError("not_found", `cannot link ${from} to ${key}: no such file`, { path: from });
}
