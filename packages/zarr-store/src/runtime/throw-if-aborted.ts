import { ZarrStoreError } from "../errors.ts";

/** An error class of a package, of which one can be made that says `aborted`. */
export type AbortErrorClass = new (
  code: "aborted",
  message: string,
  details: { readonly cause: unknown },
) => Error;

/** @throws `aborted` of the class, by default `ZarrStoreError`, with the signal's reason as its cause */
export function throwIfAborted(
  signal: AbortSignal | undefined,
  errorClass: AbortErrorClass = ZarrStoreError,
): void {
  if (signal?.aborted === true) {
    throw new errorClass("aborted", "the operation was aborted", { cause: signal.reason });
  }
}
