// A worker thread of an ingest that dies in the middle of some images, by their names.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serveTasks } from "@kym/zarr-store/workers";
import type { ImageTask } from "../../../../src/node/threads/image-task.ts";
import { tryStageImage } from "../../../../src/node/threads/stage-image.ts";

serveTasks(async (task: ImageTask, { signal }) => {
  if (task.files.image.relPath.includes("dies")) {
    const { folder, prefix } = task.place;
    await mkdir(join(folder, prefix, "c/0"), { recursive: true });
    await writeFile(join(folder, prefix, "c/0/0"), "torn");
    process.exit(9);
  }
  return { result: await tryStageImage(task, signal), transfer: [] };
});
