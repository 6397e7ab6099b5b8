/**
 * What needs Node: folders as stores, and datasets by path.
 *
 * @module
 */

export { type FileSystem, type LocalStoreOptions, localStore } from "./local-store.ts";
export { nodeRuntime } from "./node-runtime.ts";
export {
  checkLocalDataset,
  openLocalDataset,
  /** The older name of `openLocalDataset`. */
  openLocalDataset as openDataset,
} from "./open-local-dataset.ts";
