/** A comparison that cannot be made: the commit, its build or a name in it is missing. The message says all there is to say. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}
