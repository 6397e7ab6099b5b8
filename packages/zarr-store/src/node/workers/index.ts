/**
 * `@kym/zarr-store/workers`: what a worker thread needs, and little else, since each thread loads it again. This entry needs Node.
 *
 * @module
 */

export { serveTasks, type TaskContext, type TaskResult } from "./serve-tasks.ts";
export { type ArrayToStage, type StageArrayOptions, stageArray } from "./stage-array.ts";
