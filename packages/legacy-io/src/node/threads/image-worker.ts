// A worker thread of an ingest.

import { serveTasks } from "@kym/zarr-store/workers";
import type { ImageTask } from "./image-task.ts";
import { tryStageImage } from "./stage-image.ts";
import { withOwnMemory } from "./with-own-memory.ts";

serveTasks(async (task: ImageTask, { signal }) => {
  const result = withOwnMemory(await tryStageImage(task, signal));
  return { result, transfer: result.kind === "staged" ? [result.image.overviews.bytes.buffer] : [] };
});
