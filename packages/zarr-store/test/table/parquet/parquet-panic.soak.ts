import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

// In a process of its own: it leaves parquet-wasm broken.
test("a good file is never called bad, even when panics over damaged ones have broken parquet-wasm", async () => {
  const script = join(import.meta.dirname, "break-parquet.ts");
  const { stdout } = await promisify(execFile)(process.execPath, ["--conditions=@kym/source", script]);
  expect(JSON.parse(stdout)).toEqual({ codes: ["invalid_file", "io"], reading: "io", writing: "io" });
}, 120_000);
