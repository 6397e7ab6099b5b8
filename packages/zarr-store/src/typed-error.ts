/** What the error classes of all packages are made of: a closed code, details and the cause. */
export abstract class TypedError<
  Code extends string,
  Details extends { readonly cause?: unknown },
> extends Error {
  /** The name by which {@link isTypedError} knows the class, in another realm or another copy of the package too. */
  abstract override readonly name: string;
  readonly code: Code;
  readonly details: Details;

  constructor(code: Code, message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

/** True for an error of the class of this name, and, if codes are given, for one with one of these codes. */
export function isTypedError(error: unknown, name: string, codes: readonly string[]): boolean {
  return (
    error instanceof Error &&
    error.name === name &&
    "code" in error &&
    (codes.length === 0 || codes.some((code) => code === error.code))
  );
}
