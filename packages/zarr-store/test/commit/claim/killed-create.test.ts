import { constants } from "node:fs";
import * as fsPromises from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commitKey } from "../../../src/commit/records/control-keys.ts";
import { openDataset, type ZarrDataset } from "../../../src/index.ts";
import type { FileSystem } from "../../../src/node/local/local-store.ts";
import { localStore } from "../../../src/node/local/local-store.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { auditStore } from "../../support/audit-store.ts";
import { inFolder } from "../../support/in-folder.ts";
import { type CollectedLog, collectLog, testRuntime } from "../../support/test-runtime.ts";
import { makeVersion2 } from "../../support/version-2-dataset.ts";
import { localStoreWithoutLinks } from "../../support/without-hard-links.ts";

const PLANE = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
const DEAD = new Set([1]);

/** The calls of a process that dies when it has created a record without a hard link and written so many bytes of it. */
function dyingAfter(writtenBytes: number): Partial<FileSystem> {
  let isDead = false;
  const alive =
    <A extends readonly unknown[], T>(call: (...args: A) => Promise<T>) =>
    (...args: A): Promise<T> =>
      isDead ? Promise.reject(new Error("dead")) : call(...args);
  const open: typeof fsPromises.open = async (path, flags, mode) => {
    const file = await fsPromises.open(path, flags, mode);
    if (/__commits.0+\d\.json$/.test(String(path)) && (Number(flags) & constants.O_EXCL) !== 0) {
      await file.write(new Uint8Array(await recordStart(String(path), writtenBytes)));
      await file.close();
      isDead = true;
      throw new Error("dead");
    }
    return file;
  };
  const { mkdir, rename, unlink, rmdir, readdir, lstat, realpath } = fsPromises;
  return {
    open: alive(open) as typeof fsPromises.open,
    mkdir: alive(mkdir) as typeof mkdir,
    rename: alive(rename),
    unlink: alive(unlink),
    rmdir: alive(rmdir),
    readdir: alive(readdir as never) as typeof readdir,
    lstat: alive(lstat as never) as typeof lstat,
    realpath: alive(realpath as never) as typeof realpath,
  };
}

/** The first bytes of the record that is staged for the name. */
async function recordStart(path: string, length: number): Promise<Uint8Array> {
  const staging = join(path, "../../__staging");
  for (const name of await fsPromises.readdir(staging)) {
    const staged = await fsPromises.readFile(join(staging, name, "__commit.json")).catch(() => undefined);
    if (staged !== undefined) {
      return staged.subarray(0, length);
    }
  }
  throw new Error("no record is staged");
}

function open(store: KeyValueStore, pid: number, logger: CollectedLog = collectLog()): Promise<ZarrDataset> {
  return openDataset(store, { runtime: testRuntime({ pid, dead: DEAD }), logger });
}

interface Create {
  readonly name: string;
  readonly version: number;
  readonly before: (root: string) => Promise<void>;
  readonly write: (dataset: ZarrDataset) => Promise<unknown>;
  /** What is done once more before the next writer can go on. */
  readonly again?: (dataset: ZarrDataset) => Promise<unknown>;
}

const CREATES: readonly Create[] = [
  {
    name: "record 1 of a new dataset",
    version: 1,
    before: async () => undefined,
    write: (dataset) => dataset.addImage(PLANE, { id: "one" }),
  },
  {
    name: "the upgrade of a dataset of version 2",
    version: 2,
    before: (root) => makeVersion2(localStore(root)),
    write: (dataset) => dataset.addImage(PLANE, { id: "one" }),
  },
  {
    name: "the record that changes how versions are claimed",
    version: 2,
    before: async (root) => void (await (await open(localStore(root), 7)).addImage(PLANE, { id: "one" })),
    write: (dataset) => dataset.repair({ claim: true }),
    again: (dataset) => dataset.repair({ claim: true }),
  },
];

describe.each(CREATES)(
  "without hard links, a kill while $name is created",
  ({ version, before, write, again = async (): Promise<void> => undefined }) => {
    it.each([0, 60, 300])(
      "after %i bytes stops no reader and no writer, and the record is finished",
      async (writtenBytes) => {
        await inFolder(async (folder) => {
          const root = join(folder, "study.zarr");
          await before(root);
          const dying = await open(localStoreWithoutLinks(root, dyingAfter(writtenBytes)), 1);
          await expect(write(dying)).rejects.toThrow("dead");
          const store = localStoreWithoutLinks(root);
          expect((await store.stat(commitKey(version)))?.sizeBytes).toBe(writtenBytes);
          if (version > 1) {
            const log = collectLog();
            const reader = await openDataset(store, {
              mode: "r",
              runtime: testRuntime({ pid: 3 }),
              logger: log,
            });
            expect([reader.version, log.warnings]).toEqual([version - 1, []]);
          }
          const next = await open(store, 2);
          await again(next);
          await next.addImage(PLANE, { id: "two" });
          expect(await next.listImageIds()).toContain("two");
          const { problems, records, version: last } = await auditStore(store);
          expect(problems).toEqual([]);
          expect(records[version - 1]).toMatchObject({ version, claim: "folder", writer: { pid: 1 } });
          expect((await next.check()).problems).toEqual([]);
          expect(await next.repair()).toMatchObject({ actions: [], problems: [] });
          expect((await open(store, 4)).version).toBe(last);
        });
      },
    );
  },
);
