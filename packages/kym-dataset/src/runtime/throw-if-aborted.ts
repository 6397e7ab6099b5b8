import { KymDatasetError } from "../errors.ts";

/** @throws {KymDatasetError} `aborted`, with the signal's reason as its cause */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new KymDatasetError("aborted", "the operation was aborted", { cause: signal.reason });
  }
}
