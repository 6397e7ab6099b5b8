// A worker of the tests: sorts numbers, and does whatever else a test asks of it.
import { serveTasks, type TaskResult } from "../../../src/node/workers/serve-tasks.ts";

/** What a worker of the tests is asked to do. */
export type TestTask =
  | { readonly ask: "sort"; readonly values: Float64Array<ArrayBuffer> }
  | { readonly ask: "fail"; readonly with: string }
  | { readonly ask: "die" }
  | { readonly ask: "wait for abort" };

serveTasks(async (task: TestTask, { signal, onProgress }) => {
  switch (task.ask) {
    case "sort": {
      onProgress(1, 2);
      const sorted = task.values.toSorted();
      return { result: sorted, transfer: [sorted.buffer] };
    }
    case "fail":
      throw new Error(task.with);
    case "die":
      setImmediate(() => {
        throw new Error("out of the task");
      });
      return new Promise<TaskResult<Float64Array>>(() => undefined);
    case "wait for abort":
      onProgress(0, 1);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return { result: new Float64Array(0), transfer: [] };
  }
});
