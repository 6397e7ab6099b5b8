// Decides whether a file is certainly still the one that was hashed at an earlier look.

import type { StoreStat } from "../../store/key-value-store.ts";

/** What a look at a file found. Times are in nanoseconds since 1970, by the store's own clock. */
export interface SeenFile {
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  /** Only where inodes last. */
  readonly inode?: bigint | undefined;
  readonly sha256: string;
  /** A time before the look. */
  readonly lookedNs: bigint;
}

/** What must be known of the place where a dataset lies. */
export interface Place {
  /** Whether times are kept to the nanosecond. A place that rounds them often rounds the ctime as well, or has none. */
  readonly keepsNanoseconds: boolean;
}

/** A file that was changed later than this before a look may change again without a new time. */
const SETTLED_NS = 2_000_000_000n;

/**
 * Whether the bytes of a file are those of the last look, so that its hash need not be computed again. See
 * docs/on-disk-format.md#what-was-seen.
 *
 * Size, mtime and ctime must be as they were, and the inode where both are known. The file must have been left alone for
 * 2 s before the look: within one tick of the clock, a second write leaves the same times.
 */
export function isTrusted(seen: SeenFile, stat: StoreStat, place: Place): boolean {
  return (
    place.keepsNanoseconds &&
    stat.kind === "file" &&
    stat.sizeBytes === seen.sizeBytes &&
    stat.mtimeNs === seen.mtimeNs &&
    stat.ctimeNs === seen.ctimeNs &&
    (stat.inode === undefined || seen.inode === undefined || stat.inode === seen.inode) &&
    seen.mtimeNs + SETTLED_NS < seen.lookedNs &&
    seen.ctimeNs + SETTLED_NS < seen.lookedNs
  );
}
