/**
 * Folders as stores, datasets by path, and pools of worker threads. This entry needs Node.
 *
 * @module
 */

export { type ClaimProbe, probeClaims } from "../commit/claim/probe-claim.ts";
export type { CopyProgress, CopyReport } from "../commit/copy/copy-store.ts";
export { type CopyDatasetOptions, copyDataset } from "./copy-dataset.ts";
export { type FileSystem, type LocalStoreOptions, localStore } from "./local/local-store.ts";
export {
  checkLocalDataset,
  openLocalDataset,
  /** The older name of `openLocalDataset`. */
  openLocalDataset as openDataset,
} from "./open-local-dataset.ts";
export { isZipLocation } from "./open-location.ts";
export { type PackDatasetOptions, type PackReport, packDataset } from "./pack-dataset.ts";
export { nodeRuntime } from "./runtime/node-runtime.ts";
export { serveTasks, type TaskContext, type TaskResult } from "./workers/serve-tasks.ts";
export { type RunTaskOptions, WorkerPool, type WorkerPoolOptions } from "./workers/worker-pool.ts";
export { openZipFile } from "./zip/open-zip-file.ts";
export {
  type WriteZipOptions,
  type WrittenZip,
  writeOzx,
  writeZipFile,
  type ZipInput,
} from "./zip/write-zip-file.ts";
