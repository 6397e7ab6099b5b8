import { ZarrStoreError } from "../errors.ts";
import type { KeyValueStore } from "../store/key-value-store.ts";
import { parseStoreKey } from "../store/store-key.ts";
import { interceptStore, type StoreCall } from "./intercepted-store.ts";

/**
 * How a call of a store goes wrong; `errno` is what the file system would say.
 * - `fails`: nothing is done.
 * - `tears`: a `put` writes half of its bytes; any other call does nothing.
 * - `reports`: it is done, and yet reported as failed.
 */
export interface StoreFault {
  readonly fault: "fails" | "tears" | "reports";
  readonly errno: string;
}

/**
 * A store whose calls go wrong as `faultOf` says, given each call and its number, from 0 up. Errors are `io`, as those of
 * a medium are. To abort at a call, abort a signal in `faultOf`: it is asked before the call is made.
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
