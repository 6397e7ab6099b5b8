import { isZarrStoreError } from "../../../src/errors.ts";
import { openLocalDataset } from "../../../src/node/index.ts";
import { rowsOf } from "../../../src/table/rows/rows-of.ts";
import type { TableSchema } from "../../../src/table/table-schema.ts";
import { messageOf, type TaskWriter, type TaskWriterOptions } from "./task-writer.ts";
import type { WorkerTask } from "./worker-plan.ts";

export const TABLE = "pooled";
export const TABLE_SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "worker", type: "int64" },
    { name: "text", type: "utf8" },
  ],
};

/** The rows that a commit puts into the table: two, for an image id of its own. */
export function rowsOfCommit(worker: number, commit: number): readonly Record<string, string | bigint>[] {
  const id = `${worker}-${commit}`;
  return ["first", "second"].map((text) => ({ image_id: id, worker: BigInt(worker), text }));
}

function unlessItIsThere(error: unknown): void {
  if (!isZarrStoreError(error, "already_exists")) {
    throw error;
  }
}

/** A worker that uses a dataset as everybody does: each commit pools rows, and makes an image that all want to make. */
export async function tableWriter(task: WorkerTask, options: TaskWriterOptions): Promise<TaskWriter> {
  const dataset = await openLocalDataset(task.root, options);
  const { worker } = task;
  return {
    countDone: async () => {
      if (!(await dataset.listTableNames()).includes(TABLE)) {
        return 0;
      }
      const rows = [...rowsOf(await dataset.loadTable(TABLE))];
      return new Set(rows.filter((row) => row["worker"] === BigInt(worker)).map((row) => row["image_id"]))
        .size;
    },
    commit: (commit) =>
      dataset.transaction(
        async (transaction) => {
          const rows = new Map([[`${worker}-${commit}`, rowsOfCommit(worker, commit)]]);
          await transaction.replaceRowsForImageIds(TABLE, rows, { schema: TABLE_SCHEMA });
          const id = `made-${commit}`;
          if (!(await transaction.listImageIds()).includes(id)) {
            const data = new Uint16Array([worker, commit]);
            // Another may make it between the look and this: a transaction sees what is committed, as of each look.
            await transaction
              .addImage({ dtype: "uint16", shape: [1, 2], data }, { id })
              .catch(unlessItIsThere);
          }
        },
        { message: messageOf(task.mode, worker, commit) },
      ),
  };
}
