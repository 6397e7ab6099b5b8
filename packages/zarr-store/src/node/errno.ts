// Reads the code of a file system error.

/** Returns the code of a file system error, such as `ENOENT`; undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "errno" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}
