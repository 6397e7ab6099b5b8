// Turns an aborted signal into a typed error.

import { ZarrStoreError } from "../errors.ts";

/** An error class of a package that can be constructed with the code `aborted`. */
export type AbortErrorClass = new (
  code: "aborted",
  message: string,
  details: { readonly cause: unknown },
) => Error;

/**
 * Throws if the signal is aborted.
 *
 * @throws `aborted` as the given class, with the signal's reason as its cause
 */
export function throwIfAborted(
  signal: AbortSignal | undefined,
  errorClass: AbortErrorClass = ZarrStoreError,
): void {
  if (signal?.aborted === true) {
    throw new errorClass("aborted", "the operation was aborted", { cause: signal.reason });
  }
}
