import { constants } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { blockingFiles } from "../../src/node/blocking-files.ts";
import { writeAndClose } from "../../src/node/write-file.ts";

const CREATE = constants.O_WRONLY | constants.O_CREAT;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-files-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each([0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000])("%d bytes are in the file", async (length) => {
  const bytes = Uint8Array.from({ length }, (_, index) => index % 251);
  const path = join(folder, "a");
  await writeAndClose(await blockingFiles().open(path, CREATE, 0o666), bytes);
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
});

test("what fails is a rejection with the system's code, as that of the pool is", async () => {
  const files = blockingFiles();
  const absent = join(folder, "absent", "a");
  for (const call of [
    () => files.open(absent, CREATE, 0o666),
    () => files.mkdir(absent),
    () => files.rename(absent, join(folder, "b")),
    () => files.link(absent, join(folder, "b")),
    () => files.unlink(absent),
    () => files.rmdir(absent),
    () => files.realpath(absent),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "ENOENT" });
  }
});

test("many calls one after another give timers a turn", async () => {
  let nowMs = 0;
  const files = blockingFiles(() => nowMs);
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

test("where a call takes milliseconds, the pool makes those of the next second", async () => {
  let nowMs = 0;
  let callMs = 1;
  const files = blockingFiles(() => {
    nowMs += callMs;
    return nowMs;
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
  callMs = 3;
  await isMadeAtOnce();
  callMs = 0;
  expect(await isMadeAtOnce()).toBe(false);
  const file = await files.open(join(folder, "a"), CREATE, 0o666);
  await writeAndClose(file, new Uint8Array([1, 2]));
  expect([...(await readFile(join(folder, "a")))]).toEqual([1, 2]);
  nowMs += 2_000;
  await isMadeAtOnce();
  expect(await isMadeAtOnce()).toBe(true);
});
