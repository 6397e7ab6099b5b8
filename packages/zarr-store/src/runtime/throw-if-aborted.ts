import { ZarrStoreError } from "../errors.ts";

/** @throws {ZarrStoreError} `aborted`, with the signal's reason as its cause */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new ZarrStoreError("aborted", "the operation was aborted", { cause: signal.reason });
  }
}
