/**
 * Helpers for packages that build on the store: bounded concurrency, aborts, typed errors, and the order of names.
 *
 * @example
 * await runBounded(ids, (id) => index(id), { concurrency: 4, signal });
 *
 * @module
 */

export { isZarrStoreError } from "../errors.ts";
export { compareCodePoints } from "../json/compare-code-points.ts";
export { isTypedError, TypedError } from "../typed-error.ts";
export { nowEpochNs } from "./now-epoch-ns.ts";
export type { ReadOptions } from "./read-options.ts";
export { type RunBoundedOptions, runBounded } from "./run-bounded.ts";
export { portableRuntime } from "./runtime.ts";
export { type AbortErrorClass, throwIfAborted } from "./throw-if-aborted.ts";
export { whenAllDone } from "./when-all-done.ts";
export { isOfShard, shardFault, type WorkShard } from "./work-shard.ts";
