import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFileSource } from "../../../src/node/tiff/file-source.ts";
import { codeOf } from "../../support/caught.ts";

let folder = "";
let path = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kym-source-"));
  path = join(folder, "a.bin");
  writeFileSync(
    path,
    Uint8Array.from({ length: 100 }, (_, index) => index),
  );
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("reads what is asked for, by position", async () => {
  using source = openFileSource(path);
  expect([source.sizeBytes, source.path, typeof source.mtimeNs]).toEqual([100, path, "bigint"]);
  expect([...(await source.read(97, 3))]).toEqual([97, 98, 99]);
  expect([...(await source.read(0, 0))]).toEqual([]);
  const target = new Uint8Array(4);
  await source.readInto?.(10, target.subarray(1, 3));
  expect([...target]).toEqual([0, 10, 11, 0]);
});

test("nothing outside the file is read, and nothing is filled up", async () => {
  using source = openFileSource(path);
  for (const [offset, length] of [
    [98, 3],
    [101, 0],
    [-1, 2],
    [0, -1],
    [0.5, 1],
    [Number.NaN, 1],
    [0, 2 ** 53],
  ] as const) {
    expect(await codeOf(() => source.read(offset, length))).toBe("invalid_file");
  }
});

test("a file that got shorter is an error", async () => {
  using source = openFileSource(path);
  truncateSync(path, 50);
  expect(await codeOf(() => source.read(40, 20))).toBe("invalid_file");
  expect(await source.read(40, 10)).toHaveLength(10);
});

test("what is no file is refused at once, a FIFO too", async () => {
  execFileSync("mkfifo", [join(folder, "pipe.tif")]);
  expect(await codeOf(() => openFileSource(join(folder, "gone")))).toBe("not_found");
  expect(await codeOf(() => openFileSource(folder))).toBe("invalid_file");
  expect(await codeOf(() => openFileSource(join(folder, "pipe.tif")))).toBe("invalid_file");
});

test("a closed source says so, and may be closed twice", async () => {
  const source = openFileSource(path);
  source.close();
  source.close();
  expect(await codeOf(() => source.read(0, 1))).toBe("io");
});
