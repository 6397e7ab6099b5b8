import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { nodeRuntime } from "../../src/node/node-runtime.ts";
import { portableRuntime } from "../../src/runtime/runtime.ts";

const runtime = nodeRuntime();
const { writer } = runtime;
const isLinux = process.platform === "linux";

it("knows itself to be alive", () => {
  expect(runtime.writerState(writer)).toBe("alive");
  expect(nodeRuntime().writer).toEqual(writer);
});

it("knows a process of this host that has ended to be dead", () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  expect(runtime.writerState({ ...writer, pid })).toBe("dead");
});

it.runIf(isLinux)("knows an earlier process with the pid of a later one to be dead", () => {
  expect(runtime.writerState({ ...writer, started: `${writer.started}0` })).toBe("dead");
  expect(runtime.writerState({ ...writer, started: "unknown" })).toBe("alive");
});

it.runIf(isLinux)("knows a process to be dead that has ended and was not waited for", async () => {
  const shell = spawn("/bin/sh", ["-c", "sleep 0.01 & echo $!; exec sleep 5"]);
  const pid = Number(await new Promise<Buffer>((resolve) => shell.stdout.once("data", resolve)));
  try {
    for (let look = 0; look < 200 && !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8")); look++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /);
    expect(runtime.writerState({ ...writer, pid, started: "unknown" })).toBe("dead");
  } finally {
    shell.kill();
  }
});

it("knows nothing of a process on another host", () => {
  expect(runtime.writerState({ ...writer, host: `${writer.host}-other` })).toBe("unknown");
  expect(portableRuntime().writerState(writer)).toBe("unknown");
});

it.each(["", "abc", "é".repeat(1000)])("hashes as the portable runtime does: %#", async (text) => {
  const bytes = new TextEncoder().encode(text);
  const expected = createHash("sha256").update(bytes).digest("hex");
  expect(await runtime.sha256(bytes)).toBe(expected);
  expect(await portableRuntime().sha256(bytes)).toBe(expected);
});

it("makes new ids, and numbers for jitter from 0 to 1", () => {
  const ids = new Set(Array.from({ length: 100 }, () => runtime.newId()));
  expect(ids.size).toBe(100);
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  }
  expect(runtime.random()).toBeGreaterThanOrEqual(0);
  expect(runtime.random()).toBeLessThan(1);
});
