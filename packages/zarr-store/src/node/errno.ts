/** The symbolic code of an error of the file system (`ENOENT`), undefined for any other error. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && "errno" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}
