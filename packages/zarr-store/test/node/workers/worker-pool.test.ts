import { afterAll, expect, test } from "vitest";
import { isZarrStoreError } from "../../../src/index.ts";
import { serveTasks } from "../../../src/node/workers/serve-tasks.ts";
import { WorkerPool } from "../../../src/node/workers/worker-pool.ts";
import type { TestTask } from "./task-worker.ts";

const options = {
  module: new URL("./task-worker.ts", import.meta.url),
  execArgv: ["--conditions=@kym/source", "--disable-warning=ExperimentalWarning"],
};
const pool = new WorkerPool<TestTask, Float64Array>({ ...options, size: 2 });
afterAll(() => pool.close());

const sort = (...values: number[]): TestTask => ({ ask: "sort", values: Float64Array.from(values) });

test("each task gets its own result, whichever thread runs it", async () => {
  const tasks = Array.from({ length: 9 }, (_, index) => sort(index + 2, index, index + 1));
  const results = await Promise.all(tasks.map((task) => pool.run(task)));
  expect(results.map((values) => [...values])).toEqual(
    tasks.map((_, index) => [index, index + 1, index + 2]),
  );
});

test("a buffer that is transferred moves, and progress comes before the result", async () => {
  const values = Float64Array.of(2, 1);
  const progress: number[][] = [];
  const sorted = await pool.run(
    { ask: "sort", values },
    { transfer: [values.buffer], onProgress: (done, total) => progress.push([done, total]) },
  );
  expect([...sorted]).toEqual([1, 2]);
  expect(values.length).toBe(0);
  expect(progress).toEqual([[1, 2]]);
});

test("a task that throws fails alone, and so does one whose thread dies; the next tasks get threads", async () => {
  const outcomes = await Promise.allSettled([
    pool.run({ ask: "fail", with: "no such number" }),
    pool.run({ ask: "die" }),
    pool.run(sort(2, 1)),
    pool.run({ ask: "die" }),
    pool.run(sort(4, 3)),
  ]);
  expect(outcomes.map((one) => (one.status === "fulfilled" ? [...one.value] : one.reason.message))).toEqual([
    "no such number",
    "the worker thread of the task died: out of the task",
    [1, 2],
    "the worker thread of the task died: out of the task",
    [3, 4],
  ]);
});

test("an abort ends a task that runs and one that waits, and no other", async () => {
  await using single = new WorkerPool<TestTask, Float64Array>({ ...options, size: 1 });
  const controller = new AbortController();
  const { signal } = controller;
  const running = single.run(
    { ask: "wait for abort" },
    { signal, onProgress: () => controller.abort(new Error("enough")) },
  );
  const waiting = single.run(sort(2, 1), { signal });
  const other = single.run(sort(2, 1));
  const outcomes = await Promise.allSettled([running, waiting, other, single.run(sort(1), { signal })]);
  expect(
    outcomes.map((one) =>
      one.status === "fulfilled" ? [...one.value] : isZarrStoreError(one.reason, "aborted"),
    ),
  ).toEqual([true, true, [1, 2], true]);
});

test("a pool that is closed fails what is left as aborted, and takes nothing more", async () => {
  const closing = new WorkerPool<TestTask, Float64Array>({ ...options, size: 1 });
  const left = [closing.run({ ask: "wait for abort" }), closing.run(sort(1))];
  const failed = Promise.allSettled(left);
  await closing.close();
  expect(
    (await failed).every((one) => one.status === "rejected" && isZarrStoreError(one.reason, "aborted")),
  ).toBe(true);
  await expect(closing.run(sort(1))).rejects.toMatchObject({ code: "invalid_argument" });
});

test("a size below 1, a task that cannot be copied, and serving outside of a thread are refused", async () => {
  expect(() => new WorkerPool({ ...options, size: 0 })).toThrow("at least 1 threads");
  const moved = Float64Array.of(1);
  structuredClone(moved, { transfer: [moved.buffer] });
  await expect(pool.run({ ask: "sort", values: moved }, { transfer: [moved.buffer] })).rejects.toThrow();
  expect([...(await pool.run(sort(2, 1)))]).toEqual([1, 2]);
  expect(() => serveTasks(async () => ({ result: 0, transfer: [] }))).toThrow("start it in one");
});
