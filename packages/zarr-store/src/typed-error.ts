// The base of the error classes of all packages.

/** An error with a code from a closed set, details and a cause. */
export abstract class TypedError<
  Code extends string,
  Details extends { readonly cause?: unknown },
> extends Error {
  /** The name by which {@link isTypedError} knows the class, even in another realm or another copy of the package. */
  abstract override readonly name: string;
  readonly code: Code;
  readonly details: Details;

  constructor(code: Code, message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

/** True for an error of the class with this name. If codes are given, the error must have one of them. */
export function isTypedError(error: unknown, name: string, codes: readonly string[]): boolean {
  return (
    error instanceof Error &&
    error.name === name &&
    "code" in error &&
    (codes.length === 0 || codes.some((code) => code === error.code))
  );
}
