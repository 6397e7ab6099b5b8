// Measures what log, checkpoint, ledger and pooled tables of a dataset cost as its images become many: docs/scale.md has the figures.

/**
 * The records are simulated, and lie in memory; the code is that of every dataset. The goal: replacing one image of 100 000 in a table
 * of 10 000 000 rows reads and writes at most 64 MB.
 *
 *     npx -y pnpm@12 bench:scale [images …]
 */
import { performance } from "node:perf_hooks";
import { defineIndexer, KymDataset } from "@kym/kym-dataset";
import {
  createNdArray,
  memoryStore,
  openDataset,
  parseStoreKey,
  type Row,
  type ZarrDataset,
} from "@kym/zarr-store";
import { nodeRuntime } from "@kym/zarr-store/node";
import { countingStore, type StoreCounts } from "@kym/zarr-store/testing";
import { readBenchArguments } from "../bench-arguments.ts";

const { positionals } = readBenchArguments();
const SIZES = positionals.length > 0 ? positionals.map(Number) : [1000, 10_000, 100_000];
const ROWS_AN_IMAGE = 100;
/** As many as a commit of an ingest. */
const COMMIT_IMAGES = 64;
const MAKE_IMAGES = 5000;

const FLOATS = [
  "t_start_s",
  "t_end_s",
  "vel_mean",
  "vel_sd",
  "vel_min",
  "vel_max",
  "angle_deg",
  "peak_ratio",
];

const indexer = defineIndexer({
  name: "scale",
  schemaVersion: "1",
  schema: {
    columns: [
      { name: "roi_id", type: "int64" },
      ...FLOATS.map((name) => ({ name, type: "float64" as const })),
    ],
  },
  analysisVersion: "bench.scale@1",
  inputs: [{ format: "json", name: "scale/result" }],
  context: async () => null,
  extract: async (record): Promise<readonly Row[]> => {
    const { seed } = Object(await record.loadJson("scale/result"));
    const random = randomOf(Number(seed));
    return Array.from({ length: ROWS_AN_IMAGE }, (_, index) => ({
      roi_id: BigInt(index % 3),
      ...Object.fromEntries(FLOATS.map((name) => [name, random()])),
    }));
  },
});

function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 + (Math.imul(state, 2_654_435_761) >>> 0) / 2 ** 64;
  };
}

interface Step {
  readonly megabytes: number;
  readonly seconds: number;
}

const megabytes = (bytes: number): number => bytes / 1e6;
const text = ({ megabytes: size, seconds }: Step): string => `${size.toFixed(1)} MB, ${seconds.toFixed(2)} s`;

console.log(
  "| images | rows | log, MB | checkpoint, MB | ledger of files, MB | table, MB in files | its ledger, MB | opening | a commit of 64 images | an index without a change | with one image changed |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|");
for (const images of SIZES) {
  console.log(`| ${(await costsOf(images)).join(" | ")} |`);
}

async function costsOf(images: number): Promise<readonly (string | number)[]> {
  const { store, take } = countingStore(memoryStore());
  const open = (): Promise<ZarrDataset> => openDataset(store, { runtime: nodeRuntime(), durability: "none" });
  const timed = async (run: () => Promise<unknown>): Promise<Step> => {
    take();
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    const { bytesRead, bytesWritten }: StoreCounts = take();
    return { megabytes: megabytes(bytesRead + bytesWritten), seconds: (user + system) / 1e6 };
  };
  const began = performance.now();
  const ids = Array.from({ length: images }, () => crypto.randomUUID());
  {
    await using dataset = await open();
    for (let first = 0; first < images; first += MAKE_IMAGES) {
      await addImages(dataset, ids.slice(first, first + MAKE_IMAGES), first);
    }
    // As many records as an ingest of so many images makes.
    for (let more = images / MAKE_IMAGES; more < images / COMMIT_IMAGES; more++) {
      await dataset.transaction(async (transaction) => {
        const id = ids[Math.floor(more)] ?? "";
        await transaction.record(id).saveJson("scale/note", { more });
      });
    }
    for (let first = 0; first < images; first += 10_000) {
      await new KymDataset(dataset).updateIndex(indexer, {
        mode: "incremental",
        imageIds: ids.slice(first, first + 10_000),
      });
    }
  }
  let dataset = await open();
  const opening = await timed(async () => {
    dataset = await open();
    await dataset.listImageIds();
  });
  const more = Array.from({ length: COMMIT_IMAGES }, () => crypto.randomUUID());
  const commit = await timed(() => addImages(dataset, more, images));
  const index = (): Promise<unknown> => new KymDataset(dataset).updateIndex(indexer, { mode: "incremental" });
  await index();
  const fresh = await timed(index);
  await dataset.record(ids[7] ?? "").saveJson("scale/result", { seed: images + 1 });
  const changed = await timed(index);
  await dataset.close();
  const sizes = await sizesOf(dataset, store);
  process.stderr.write(`${images} images: ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
  return [
    ...[images, images * ROWS_AN_IMAGE],
    ...[sizes.log, sizes.checkpoint, sizes.sources].map((bytes) => megabytes(bytes).toFixed(2)),
    `${megabytes(sizes.table).toFixed(1)} in ${sizes.tableFiles}`,
    megabytes(sizes.ledger).toFixed(1),
    ...[opening, commit, fresh, changed].map(text),
  ];
}

async function addImages(dataset: ZarrDataset, ids: readonly string[], first: number): Promise<void> {
  await dataset.transaction(async (transaction) => {
    for (const [index, id] of ids.entries()) {
      const pixels = createNdArray("uint16", [2, 2], Uint16Array.of(index, first, 1, 2));
      const record = await transaction.addImage(pixels, { id });
      await record.saveJson("scale/result", { seed: first + index });
    }
    await transaction.appendSources(
      ids.map((id, index) => {
        const relPath = `condition ${index % 9}/2026${String(first).padStart(6, "0")}/scan_${first + index}.tif`;
        return {
          source_primary_path: `/lab/kymographs/${relPath}`,
          source_rel_path: relPath,
          image_id: id,
          source_mtime_ns: BigInt(first + index) * 1_000_003n,
          source_size_bytes: 1_200_000n,
          ingested_epoch_ns: 1_790_000_000_000_000_000n + BigInt(first),
          source_sha256: nodeRuntime().sha256Text?.(id) ?? null,
        };
      }),
    );
  });
}

/** The bytes of what the dataset keeps besides the images. */
async function sizesOf(
  dataset: ZarrDataset,
  store: ReturnType<typeof countingStore>["store"],
): Promise<Readonly<Record<"log" | "checkpoint" | "sources" | "table" | "tableFiles" | "ledger", number>>> {
  let [log, checkpoint] = [0, 0];
  for (const { name } of await store.list(parseStoreKey("__commits"))) {
    const size = (await store.stat(parseStoreKey(`__commits/${name}`)))?.sizeBytes ?? 0;
    if (name.startsWith("checkpoint")) {
      checkpoint += size;
    } else {
      log += size;
    }
  }
  const bytesOf = async (name: string): Promise<readonly number[]> =>
    (await dataset.loadTableFiles(name)).map(({ bytes }) => bytes.length);
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const table = await bytesOf("kym_scale");
  return {
    ...{ log, checkpoint, sources: sum(await bytesOf("sources")) },
    ...{ table: sum(table), tableFiles: table.length, ledger: sum(await bytesOf("kym_scale_runs")) },
  };
}
