import { beforeEach, expect, it } from "vitest";
import { withCrlf, withLf } from "../../../src/bytes/line-ends.ts";
import { memoryStore, openDataset } from "../../../src/index.ts";
import type { KeyValueStore } from "../../../src/store/key-value-store.ts";
import { joinKey } from "../../../src/store/store-key.ts";

// The case dataset-22: after a checkout with core.autocrlf=true, every JSON has CRLF and counted as damaged.
const IMAGE = { dtype: "uint8", shape: [2, 2], data: new Uint8Array([0, 2, 10, 4]) } as const;
const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const QC = joinKey("images/a/analysis/qc.json");

let store: KeyValueStore;
beforeEach(async () => {
  store = memoryStore();
  await using dataset = await openDataset(store);
  const record = await dataset.addImage(IMAGE, { id: "a" });
  await record.saveJson("qc", { passed: true, note: "one\r\ntwo" });
  await record.saveJson("qc", { passed: false });
  await store.put(joinKey("images/a/attachments/notes.csv"), utf8("t,x\r\n1,2\r\n"));
  await dataset.adopt();
});

async function files(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const found = new Map<string, Uint8Array<ArrayBuffer>>();
  const walk = async (folder: string): Promise<void> => {
    for (const { name, kind } of await store.list(folder === "" ? "" : joinKey(folder))) {
      const key = joinKey(folder, name);
      if (kind === "directory") {
        await walk(key);
      } else {
        found.set(key, (await store.get(key)) ?? new Uint8Array());
      }
    }
  };
  await walk("");
  return found;
}

/** As git does on a checkout: files without a NUL are text. */
async function checkout(
  convert: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const [key, bytes] of await files()) {
    const text = bytes.includes(0) ? bytes : convert(bytes);
    if (text !== bytes) {
      await store.put(joinKey(key), text);
      changed.push(key);
    }
  }
  return changed;
}

async function open(warnings: string[] = []): ReturnType<typeof openDataset> {
  const warn = (message: string): unknown => warnings.push(message);
  return openDataset(store, { logger: { debug: () => undefined, info: () => undefined, warn, error: warn } });
}

it("a check says of every file of a checkout with CRLF that only its line ends differ, and of the log as well", async () => {
  const changed = await checkout(withCrlf);
  await using dataset = await open();
  const { problems } = await dataset.check();
  expect(new Set(problems.map(({ kind, remedy }) => `${kind}, ${remedy}`))).toEqual(
    new Set(["rewritten, repair"]),
  );
  const judged = changed.filter((key) => key !== ".gitattributes" && !key.endsWith("latest.json"));
  expect(problems.map(({ path }) => path)).toEqual(judged.toSorted());
  expect(judged.filter((key) => key.startsWith("__commits/"))).toHaveLength(4);
  expect(judged.some((key) => key.startsWith("__history/"))).toBe(true);
});

it("such a dataset is read and written as before, and opening it says so", async () => {
  await checkout(withCrlf);
  const warnings: string[] = [];
  await using dataset = await open(warnings);
  expect(warnings).toEqual([
    expect.stringMatching(/^zarr\.json: only its line ends differ .+kym check --repair/),
  ]);
  const record = dataset.record("a");
  expect(await record.loadJson("qc")).toEqual({ passed: false });
  expect(await record.loadAttachment("notes.csv")).toEqual(utf8("t,x\r\n1,2\r\n"));
  const before = await files();
  const { adopted, putBack, refused } = await dataset.adopt();
  expect([adopted, putBack]).toEqual([[], []]);
  expect(refused.map(({ path }) => path)).toContain(QC);
  expect(refused.every(({ reason }) => /^only its line ends differ .+kym check --repair/.test(reason))).toBe(
    true,
  );
  expect(await files()).toEqual(before);
  await record.saveJson("qc", { passed: true });
  expect(await record.loadJson("qc")).toEqual({ passed: true });
  await dataset.deleteImage("a");
  expect([...(await files()).keys()].filter((key) => key.startsWith("images/a"))).toEqual([]);
});

it("a file that was committed with CRLF is recognised with LF", async () => {
  expect(await checkout(withLf)).toEqual(["images/a/attachments/notes.csv"]);
  await using dataset = await open();
  expect(await dataset.record("a").loadAttachment("notes.csv")).toEqual(utf8("t,x\r\n1,2\r\n"));
  expect((await dataset.check()).problems).toMatchObject([
    { kind: "rewritten", path: "images/a/attachments/notes.csv" },
  ]);
});

it("a repair gives every file its committed line ends, whichever they are", async () => {
  const before = await files();
  await checkout(withCrlf);
  await store.put(joinKey("images/a/attachments/notes.csv"), utf8("t,x\n1,2\n"));
  await using dataset = await open();
  const { actions, problems } = await dataset.repair();
  expect(problems).toEqual([]);
  expect(new Set(actions.map(({ kind }) => kind))).toEqual(new Set(["line_ends"]));
  const after = await files();
  const isDerived = (key: string): boolean => key === ".gitattributes" || key.endsWith("latest.json");
  for (const [key, bytes] of [...before].filter(([key]) => !isDerived(key))) {
    expect([key, Buffer.from(after.get(key) ?? [])]).toEqual([key, Buffer.from(bytes)]);
  }
});

it("one record with CRLF in the middle of the log does not end it", async () => {
  const key = joinKey("__commits/00000000000000000002.json");
  await store.put(key, withCrlf((await store.get(key)) ?? new Uint8Array()));
  await using dataset = await open();
  expect(dataset.version).toBe(4);
  expect((await dataset.check()).problems).toMatchObject([{ kind: "rewritten", path: key }]);
});

it("an edit is still an edit, whatever its line ends, and damage still damage", async () => {
  await store.put(QC, utf8('{\r\n  "passed": true\r\n}\r\n'));
  const node = joinKey("images/a/data/zarr.json");
  const bytes = withCrlf((await store.get(node)) ?? new Uint8Array());
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  await store.put(node, bytes);
  await using dataset = await open();
  expect((await dataset.check()).problems).toMatchObject([
    { kind: "modified_outside", path: QC },
    { kind: "damaged", path: node },
  ]);
  await dataset.repair();
  expect(await store.get(QC)).toEqual(utf8('{\r\n  "passed": true\r\n}\r\n'));
});

it("a new dataset tells git to leave its line ends alone, but not over a file of the user", async () => {
  expect(new TextDecoder().decode((await files()).get(".gitattributes"))).toMatch(/^\* -text$/m);
  const mine = memoryStore();
  await mine.put(joinKey(".gitattributes"), utf8("*.tif filter=lfs\n"));
  await using dataset = await openDataset(mine);
  await dataset.addImage(IMAGE, { id: "a" });
  expect(await mine.get(joinKey(".gitattributes"))).toEqual(utf8("*.tif filter=lfs\n"));
  expect((await dataset.check()).notes).toEqual([]);
});
