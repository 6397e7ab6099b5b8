// Reads the code of a file system error, and what it means.

/** Returns the code of a file system error, such as `ENOENT`; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "errno" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

/**
 * Whether a link failed because there are no hard links here. Some of these errors may also mean that the name is taken (EPERM on
 * sshfs), or that the link was made (EIO on NFS): an exclusive create of the name, which follows, fails then.
 */
export function isWithoutHardLinks(error: unknown): boolean {
  return NO_HARD_LINKS.has(errnoOf(error));
}

const NO_HARD_LINKS: ReadonlySet<string | undefined> = new Set([
  "ENOTSUP",
  "EOPNOTSUPP",
  "EPERM",
  "ENOSYS",
  "EMLINK",
  "EIO",
  "EINVAL",
  "EXDEV",
  "EACCES",
]);
