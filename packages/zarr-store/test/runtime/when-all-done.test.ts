import { expect, test } from "vitest";
import { whenAllDone } from "../../src/runtime/when-all-done.ts";

test("all parts are settled before any failure is told", async () => {
  const order: string[] = [];
  const slow = new Promise<string>((resolve) =>
    setImmediate(() => {
      order.push("slow");
      resolve("slow");
    }),
  );
  const fast = Promise.reject(new Error("fast"));
  await expect(whenAllDone([slow, fast]).finally(() => order.push("told"))).rejects.toThrow("fast");
  expect(order).toEqual(["slow", "told"]);
  expect(await whenAllDone([slow, Promise.resolve("b")])).toEqual(["slow", "b"]);
});
