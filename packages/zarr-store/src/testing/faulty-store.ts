// A store for tests whose calls fail on demand, as a disk would.

import { ZarrStoreError } from "../errors.ts";
import type { KeyValueStore } from "../store/key-value-store.ts";
import { parseStoreKey } from "../store/store-key.ts";
import { interceptStore, type StoreCall } from "./intercepted-store.ts";

/**
 * How a call of a store fails; `errno` is the error that a file system would report.
 * - `fails`: nothing is done.
 * - `tears`: a `put` writes half of its bytes; any other call does nothing.
 * - `reports`: the call is done, but reported as failed.
 */
export interface StoreFault {
  readonly fault: "fails" | "tears" | "reports";
  readonly errno: string;
}

/**
 * Wraps a store so that calls fail as `faultOf` decides, with the code `io`. `faultOf` gets each call and its number,
 * counted from 0.
 *
 * To abort at a call, abort a signal in `faultOf`; it runs before the call is made.
 *
 * @example
 * const full = faultyStore(memoryStore(), ({ method }) =>
 *   method === "put" ? { fault: "tears", errno: "ENOSPC" } : undefined,
 * );
 */
export function faultyStore(
  store: KeyValueStore,
  faultOf: (call: StoreCall, index: number) => StoreFault | undefined,
): KeyValueStore {
  let count = 0;
  return interceptStore(store, async (call, run) => {
    const fault = faultOf(call, count++);
    if (fault === undefined) {
      return run();
    }
    const [path = ""] = call.keys;
    if (fault.fault === "reports") {
      await run();
    }
    if (fault.fault === "tears" && call.bytes !== undefined) {
      await store.put(parseStoreKey(path), call.bytes.subarray(0, call.bytes.length / 2));
    }
    throw new ZarrStoreError("io", `cannot ${call.method} ${call.keys.join(", ")}: ${fault.errno}`, {
      path,
      found: fault.errno,
    });
  });
}
