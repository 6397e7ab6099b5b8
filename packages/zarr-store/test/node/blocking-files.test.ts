import { constants } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { blockingFiles } from "../../src/node/local/blocking-files.ts";
import { writeAndClose } from "../../src/node/local/write-file.ts";

const CREATE = constants.O_WRONLY | constants.O_CREAT;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each([0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000])("%d bytes are in the file", async (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => index % 251);
  const path = join(folder, "a");
  await writeAndClose(await blockingFiles({ slowCallMs: 2 }).open(path, CREATE, 0o666), bytes);
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
});

test.each([1, 256 * 1024, 256 * 1024 + 1])("%d bytes are read back, from any position", async (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => index % 251);
  const path = join(folder, "a");
  await writeFile(path, bytes);
  const file = await blockingFiles({ slowCallMs: 2 }).open(path, constants.O_RDONLY);
  expect((await file.stat()).size).toBe(length);
  const read = new Uint8Array(length);
  expect(await file.read(read, 0, length, 0)).toMatchObject({ bytesRead: length });
  expect(Buffer.compare(read, bytes)).toBe(0);
  expect(await file.read(read, 0, length, length)).toMatchObject({ bytesRead: 0 });
  await file.sync();
  await file.close();
});

test("what fails is a rejection with the system's code, as that of the pool is", async () => {
  const files = blockingFiles({ slowCallMs: 2 });
  const absent = join(folder, "absent", "a");
  for (const call of [
    () => files.open(absent, CREATE, 0o666),
    () => files.mkdir(absent),
    () => files.rename(absent, join(folder, "b")),
    () => files.link(absent, join(folder, "b")),
    () => files.unlink(absent),
    () => files.rmdir(absent),
    () => files.realpath(absent),
    () => files.lstat(absent, { bigint: true }),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "ENOENT" });
  }
});

test("many calls one after another give timers a turn", async () => {
  let nowMs = 0;
  const files = blockingFiles({ slowCallMs: 2, nowMs: () => nowMs });
  let isOver = false;
  setTimeout(() => {
    isOver = true;
  }, 1);
  let calls = 0;
  while (!isOver && calls < 100_000) {
    nowMs++;
    calls++;
    await files.realpath(folder);
  }
  expect(isOver).toBe(true);
});

test("where three calls take milliseconds, the pool makes those of the next second; a slow call now and then changes nothing", async () => {
  let nowMs = 0;
  let callMs = 1;
  const files = blockingFiles({
    slowCallMs: 2,
    nowMs: () => {
      nowMs += callMs;
      return nowMs;
    },
  });
  const isMadeAtOnce = async (): Promise<boolean> => {
    let isDone = false;
    const call = files.rename(join(folder, "absent"), join(folder, "b")).catch(() => {
      isDone = true;
    });
    for (let turn = 0; turn < 10; turn++) {
      await Promise.resolve();
    }
    const wasDone = isDone;
    await call;
    return wasDone;
  };
  expect(await isMadeAtOnce()).toBe(true);
  for (let call = 0; call < 100; call++) {
    callMs = call % 10 === 0 ? 3 : 0;
    const isAtOnce = await isMadeAtOnce();
    // The first after a slow call gives timers their turn.
    expect(isAtOnce || call % 10 < 2).toBe(true);
  }
  callMs = 3;
  for (let call = 0; call < 3; call++) {
    await isMadeAtOnce();
  }
  callMs = 0;
  expect(await isMadeAtOnce()).toBe(false);
  const file = await files.open(join(folder, "a"), CREATE, 0o666);
  await writeAndClose(file, new Uint8Array([1, 2]));
  expect([...(await readFile(join(folder, "a")))]).toEqual([1, 2]);
  nowMs += 2_000;
  callMs = 3;
  await isMadeAtOnce();
  expect(await isMadeAtOnce(), "one slow call is enough where three were").toBe(false);
  callMs = 0;
  nowMs += 2_000;
  await isMadeAtOnce();
  expect(await isMadeAtOnce()).toBe(true);
});
