// The error for a comparison that cannot be made.

/**
 * A comparison that cannot be made, because the commit, its build or a name in it is missing. The message is
 * complete: print it without a stack.
 */
export class BuildError extends Error {
  override readonly name = "BuildError";
}
