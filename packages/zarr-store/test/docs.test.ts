import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  type KeyValueStore,
  memoryStore,
  type OpenDatasetOptions,
  openDataset,
  parseStoreKey,
  portableRuntime,
  type Row,
  type Runtime,
  type TableSchema,
} from "../src/index.ts";

const DOCS = join(import.meta.dirname, "../../../docs");
const WORKED_EXAMPLE = /<!-- worked-example: (\S+) -->\s+```\w+\n([\s\S]*?)```/g;
const PARAMS = "velocity_events/params";

/** `docs/` shows files of a dataset; this makes that dataset and compares them. */
describe.each(["on-disk-format.md", "commit-protocol.md"])("docs/%s", (page) => {
  const examples = [...readFileSync(join(DOCS, page), "utf8").matchAll(WORKED_EXAMPLE)].map(
    ([, shown = "", text = ""]) => ({ shown, text }),
  );

  it("has worked examples", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)("shows $shown as it is", async ({ shown, text }) => {
    const example = await makeWorkedExample();
    if (page === "commit-protocol.md") {
      await example.saveParams(32);
    }
    expect(await textOf(example, shown)).toBe(text);
  });
});

interface WorkedExample {
  readonly store: KeyValueStore;
  saveParams(window: number, options?: OpenDatasetOptions): Promise<void>;
}

/** What a block of the page shows: a file, or something that has to be made first. */
async function textOf(example: WorkedExample, shown: string): Promise<string> {
  const { store, saveParams } = example;
  switch (shown) {
    case "tree":
      return linesOf(await filesOf(store));
    case "checkpoint":
      await (await openDataset(store, { runtime: exampleRuntime() })).updateManifest();
      return checkpointText(store);
    case "killed":
      await dieBeforePublishing(saveParams);
      return linesOf(changedBy(await filesOf(store)));
    case "finished":
      await dieBeforePublishing(saveParams);
      await saveParams(128, { runtime: exampleRuntime(4712) });
      return linesOf(changedBy(await filesOf(store)));
    default:
      return fileText(store, shown);
  }
}

/** The commit stands, and its writer does nothing any more. */
async function dieBeforePublishing(saveParams: WorkedExample["saveParams"]): Promise<void> {
  const killed = Promise.withResolvers<void>();
  const onStep = (step: string): Promise<never> | undefined => {
    if (step !== "committed") {
      return undefined;
    }
    killed.resolve();
    return new Promise(() => undefined);
  };
  void saveParams(64, { onStep });
  await killed.promise;
}

function changedBy(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path.startsWith("__") || path.includes(PARAMS));
}

function linesOf(paths: readonly string[]): string {
  return `${paths.join("\n")}\n`;
}

/**
 * The header and the sections, indented, with short lists on one line. Sizes and checksums of packed bytes differ between
 * versions of zlib, and the array metadata are in a file as well, so words stand for them.
 */
async function checkpointText(store: KeyValueStore): Promise<string> {
  const file = (await store.get(parseStoreKey("__commits/checkpoint"))) ?? new Uint8Array();
  const bodyAt = 16 + new DataView(file.buffer).getUint32(8, true);
  const header = JSON.parse(new TextDecoder().decode(file.subarray(16, bodyAt)));
  const sections = header.sections.map(({ offset, length }: Readonly<Record<string, number>>) => {
    const start = bodyAt + (offset ?? 0);
    return JSON.parse(gunzipSync(file.subarray(start, start + (length ?? 0))).toString("utf8"));
  });
  for (const section of header.sections) {
    Object.assign(section, { offset: "…", length: "…", unpacked: "…", crc32c: "…" });
  }
  const [images] = sections;
  expect(images["line-scan"].array).toEqual(
    JSON.parse(await fileText(store, "images/line-scan/data/zarr.json")),
  );
  images["line-scan"].array = "as in data/zarr.json";
  const oneLine = (list: string): string => list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]");
  return [header, ...sections]
    .map((part) => `${JSON.stringify(part, null, 1).replace(/\[[^[\]{}]*\]/g, oneLine)}\n`)
    .join("");
}

async function fileText(store: KeyValueStore, path: string): Promise<string> {
  return `${new TextDecoder().decode(await store.get(parseStoreKey(path))).trimEnd()}\n`;
}

/** A clock that stands still and ids that count, so that every byte is the same each time. */
function exampleRuntime(pid = 4711): Runtime {
  let ids = 0;
  const group = pid === 4711 ? "0000" : String(pid);
  return {
    ...portableRuntime(),
    nowEpochMs: () => Date.UTC(2026, 0, 2, 3, 4, 5),
    newId: () => `00000000-${group}-4000-8000-${String(++ids).padStart(12, "0")}`,
    writer: { host: "microscope-pc", pid, started: "2026-01-02T03:00:00.000Z" },
    writerState: (writer) => (writer.pid === pid ? "alive" : "dead"),
  };
}

async function makeWorkedExample(): Promise<WorkedExample> {
  const store = memoryStore();
  const runtime = exampleRuntime();
  const dataset = await openDataset(store, { runtime });
  const events: TableSchema = {
    columns: [
      { name: "image_id", type: "utf8", nullable: false },
      { name: "t_start_s", type: "float64", unit: "s" },
    ],
  };
  const rows: Row[] = [{ image_id: "line-scan", t_start_s: 0.5 }];
  await dataset.transaction(
    async (transaction) => {
      const record = await transaction.addImage(
        { dtype: "uint16", shape: [4, 3], data: new Uint16Array(12) },
        {
          id: "line-scan",
          axes: ["t", "x"],
          scales: [
            { unit: "s", step: 0.00219 },
            { unit: "\u00b5m", step: 0.2069 },
          ],
          attributes: { source_name: "line-scan.tif" },
          summary: { acquired_local_epoch_ns: 1_667_392_215_461_000_000n },
        },
      );
      await record.saveJson(PARAMS, { window: 16 });
      await record.saveParquet("velocity_events/events", rows, { schema: events });
      await record.saveArrayArtifact("masks/7", { dtype: "bool", shape: [2, 2], data: new Uint8Array(4) });
      await record.saveAttachment("notes.txt", new TextEncoder().encode("a stall at 0.5 s"));
      await transaction.replaceRowsForImageIds("kym_velocity_events", new Map([["line-scan", rows]]), {
        schema: events,
      });
    },
    { message: "one line scan" },
  );
  const saveParams: WorkedExample["saveParams"] = async (window, options) => {
    const session = await openDataset(store, { runtime, ...options });
    await session.record("line-scan").saveJson(PARAMS, { window });
  };
  return { store, saveParams };
}

async function filesOf(store: KeyValueStore, prefix = ""): Promise<string[]> {
  const entries = await store.list(prefix === "" ? "" : parseStoreKey(prefix));
  const below = entries.map(({ name, kind }) => {
    const key = prefix === "" ? name : `${prefix}/${name}`;
    return kind === "directory" ? filesOf(store, key) : [key];
  });
  return (await Promise.all(below)).flat().sort();
}
