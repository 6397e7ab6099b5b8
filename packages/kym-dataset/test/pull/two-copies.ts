// Two copies of a dataset, edited by random scripts with a seed, pulled in both directions.
import { ARTIFACTS, loadMetadataText, parseMetadata, summarizeMetadata } from "@kym/kym-schema";
import {
  type EventTable,
  loadOpenConflicts,
  mergeEvents,
  metadataChanges,
  metadataValues,
  resolveMetadata,
  saveOpenConflicts,
} from "@kym/kym-schema/merge";
import {
  createNdArray,
  jsonText,
  type KeyValueStore,
  memoryStore,
  openDataset,
  portableRuntime,
  type Row,
  rowsOf,
  type ZarrDataset,
} from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { schemaOfTable } from "@kym/zarr-store/table";
import { expect } from "vitest";
import {
  loadImageConflicts,
  loadTableConflicts,
  type PullReport,
  pullDataset,
  settleImageConflict,
  settleTableConflict,
} from "../../src/copies/index.ts";
import { AcqImage } from "../../src/index.ts";
import { EVENT_SCHEMA } from "../support/image-fixture.ts";

/** A copy of a dataset, and the store that holds it. */
export interface Copy {
  readonly dataset: ZarrDataset;
  readonly store: KeyValueStore;
}

export async function openCopy(store: KeyValueStore, person: string): Promise<Copy> {
  const runtime = portableRuntime();
  const dataset = await openDataset(store, {
    summarize: summarizeMetadata,
    durability: "none",
    // A writer that died in this process looks alive, and nothing that is committed depends on the lock.
    lock: { disabled: true },
    runtime: { ...runtime, writer: { ...runtime.writer, person } },
  });
  return { dataset, store };
}

/** Copies every file, as `cp -r` does. */
export async function copyOf({ store }: Copy, person: string): Promise<Copy> {
  const target = Object.assign(memoryStore(), { location: `/home/${person}/study.zarr` });
  const walk = async (folder: string): Promise<void> => {
    for (const { name, kind } of await store.list(folder as never)) {
      const key = (folder === "" ? name : `${folder}/${name}`) as never;
      if (kind === "directory") {
        await walk(key);
      } else {
        await target.put(key, (await store.get(key)) ?? new Uint8Array());
      }
    }
  };
  await walk("");
  return openCopy(target, person);
}

/** Numbers from a seed: whole, from 0 up to below `limit`. */
export type Draw = (limit: number) => number;

export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

const EVENT_SCHEMA_WITH_TYPE = {
  columns: [...EVENT_SCHEMA.columns, { name: "event_type", type: "utf8" as const }],
};
const TYPES = ["stall", "reversal", "User Added"] as const;
const HEADER = { shape: [6, 4], voxels: [0.001, 0.5], voxels_units: ["s", "um"], labels: ["t", "x"] };

export async function addScan(
  dataset: ZarrDataset,
  id: string,
  draw: Draw,
  file: string = id,
): Promise<void> {
  await dataset.transaction(async (transaction) => {
    const pixels = Uint16Array.from({ length: 24 }, () => draw(60_000));
    const record = await transaction.addImage(createNdArray("uint16", [6, 4], pixels), {
      id,
      axes: ["t", "x"],
      attributes: { source_name: `${file}.tif` },
    });
    await record.saveJson(ARTIFACTS.metadata, {
      version: "2.0",
      header: HEADER,
      experiment_metadata: { condition: "", note: "" },
      rois: [],
      accepted: true,
    });
    const rows = Array.from({ length: 3 }, (_, index): Row => eventRow(`${id}-${index}`, TYPES[0]));
    await record.saveParquet(ARTIFACTS.events, rows, { schema: EVENT_SCHEMA_WITH_TYPE });
    const row = {
      ...{
        source_primary_path: `/lab/${file}.tif`,
        image_id: id,
        source_mtime_ns: 1n,
        source_size_bytes: 1n,
      },
      ...{ ingested_epoch_ns: 1n, source_sha256: file.padEnd(64, "0"), source_rel_path: `${file}.tif` },
    };
    await transaction.appendSources([row]);
  });
}

function eventRow(id: string, type: string): Row {
  return {
    ...{ roi_id: 1n, event_id: id, t_start_s: 0.5, t_end_s: 0.75, peak_t_s: 0.6, peak_value: 1, score: 1 },
    event_type: type,
  };
}

export async function makeStudy(seed: number, images: number): Promise<Copy> {
  const copy = await openCopy(memoryStore(), "maker");
  for (let index = 0; index < images; index++) {
    await addScan(copy.dataset, `scan-${index}`, drawFrom(seed + index));
  }
  return copy;
}

/** Called with what was settled of a whole image, and for which side. */
type OnSettled = (settled: string) => void;

/** One random edit by one person. */
export async function editAtRandom(
  { dataset }: Copy,
  draw: Draw,
  name: string,
  onSettled: OnSettled,
): Promise<void> {
  const ids = await dataset.listImageIds();
  // Few images, so that both often change the same.
  const id = ids[draw(Math.min(ids.length, 3))];
  const kind = draw(21);
  if (id === undefined || kind === 0) {
    await addScan(dataset, `${name}-${draw(1_000_000)}`, draw);
    return;
  }
  const record = dataset.record(id);
  const image = AcqImage.from({
    sourceKey: id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  const rois = (await image.rois()).rois;
  const roi = rois[draw(Math.max(rois.length, 1))];
  const bounds = { dim0Start: draw(3), dim0Stop: 4 + draw(2), dim1Start: draw(2), dim1Stop: 3 };
  switch (kind) {
    case 16:
      await ingestOnce(dataset, `day-${draw(4)}`, `${name}-${draw(1_000_000)}`);
      break;
    case 17:
      await settleImageAtRandom(dataset, draw, onSettled);
      break;
    case 1:
    case 18:
      if (ids.length > 2) {
        await dataset.deleteImage(id);
      }
      break;
    case 2:
    case 3:
      await image.addRoi({ name: `${name}-${draw(9)}`, bounds });
      break;
    case 4:
      await (roi && image.editRoi(roi.id, { bounds }));
      break;
    case 5:
      await (roi && image.deleteRoi(roi.id));
      break;
    case 6:
      await image.editMetadata({ experiment: { condition: ["AngII", "Control", ""][draw(3)] ?? "" } });
      break;
    case 7:
      await image.editMetadata({ accepted: draw(2) === 0 });
      break;
    case 8:
      await image.editMetadata({ experiment: { note: `${name} ${draw(4)}`, depth: draw(3) * 10 } });
      break;
    case 9:
      await image.editMetadata({ header: { voxels: [0.001, (1 + draw(3)) / 4] } });
      break;
    case 10:
      await record.saveAttachment(`notes-${draw(2)}.txt`, new TextEncoder().encode(`${name} ${draw(3)}`));
      break;
    case 12:
      await settleAtRandom(dataset, draw);
      break;
    case 13:
      await saveLabTable(dataset, draw, name);
      break;
    case 14: {
      const [table] = await loadTableConflicts(dataset);
      const side = draw(2) === 0 ? "ours" : "theirs";
      await (table && settleTableConflict(dataset, table.table, side));
      break;
    }
    case 15:
      await record.saveArrayArtifact("masks/1", createNdArray("uint8", [1], new Uint8Array([draw(3)])));
      break;
    case 11:
      await record.saveJson("velocity_events/params", { threshold: draw(3) });
      break;
    default:
      await editEvents(dataset, id, draw, name);
  }
}

/** Ingests a file that the other copy may ingest as well, unless this one has done so already. */
async function ingestOnce(dataset: ZarrDataset, file: string, id: string): Promise<void> {
  const known = (await dataset.loadSourcesIndex()).some((row) => row.source_rel_path === `${file}.tif`);
  await (!known && addScan(dataset, id, drawFrom(file.length), file));
}

/** Settles one conflict about an image that was deleted here, or that was left out. */
async function settleImageAtRandom(dataset: ZarrDataset, draw: Draw, onSettled: OnSettled): Promise<void> {
  const open = (await loadImageConflicts(dataset)).filter(({ isSettled }) => !isSettled);
  const conflict = open[draw(Math.max(open.length, 1))];
  const side = draw(2) === 0 ? "ours" : "theirs";
  if (conflict !== undefined) {
    onSettled(`${conflict.because} ${side}`);
    await settleImageConflict(dataset, conflict.imageId, { side, keptAs: conflict.keptAs });
  }
}

async function saveLabTable(dataset: ZarrDataset, draw: Draw, name: string): Promise<void> {
  const schema = { columns: [{ name: "said", type: "utf8" as const }] };
  const table = ["lab", "days"][draw(2)] ?? "lab";
  await (draw(5) === 0
    ? dataset.deleteTable(table)
    : dataset.saveTable(table, [{ said: `${name} ${draw(3)}` }], { schema }));
}

/** Settles one open conflict of some image, as `kym resolve` does. */
async function settleAtRandom(dataset: ZarrDataset, draw: Draw): Promise<void> {
  for (const id of await dataset.listImageIds()) {
    const open = await loadOpenConflicts(dataset.record(id));
    const at = draw(Math.max(open.length, 1));
    const conflict = open[at];
    if (conflict !== undefined) {
      await dataset.transaction(async (transaction) => {
        const record = transaction.record(id);
        const { fields = [], key, theirs } = conflict;
        const field = fields[draw(Math.max(fields.length, 1))];
        const left = fields.filter((each) => each !== field);
        const isTheirs = draw(2) === 0 && key === "analysis/metadata.json" && field !== undefined;
        if (isTheirs) {
          const [ours, came] = [await loadMetadataText(record), await dataset.history(theirs)];
          const text = new TextDecoder().decode(came);
          expect(metadataValues(text).get(field.field)).toBe(field.theirs);
          const settled = resolveMetadata(ours ?? "{}", text, new Map([[field.field, "theirs"]]));
          const { voxels = [] } = parseMetadata(settled).header;
          await record.saveJson(ARTIFACTS.metadata, jsonText(settled));
          await record.pixels.saveScales([
            { unit: "s", step: voxels[0] ?? 1 },
            { unit: "\u00b5m", step: voxels[1] ?? 1 },
          ]);
        }
        const rest =
          left.length === 0
            ? open.filter((each) => each !== conflict)
            : open.with(at, { ...conflict, fields: left });
        await saveOpenConflicts(record.json, rest);
        for (const attachment of left.length === 0 ? conflict.attachments : []) {
          if (!rest.some(({ attachments }) => attachments.includes(attachment))) {
            await record.attachments.delete(attachment.replace("attachments/", ""));
          }
        }
      });
      return;
    }
  }
}

async function editEvents(dataset: ZarrDataset, id: string, draw: Draw, name: string): Promise<void> {
  const { rows } = await eventsOf(dataset, id);
  const at = draw(Math.max(Math.min(rows.length, 2), 1));
  const type = TYPES[draw(TYPES.length)] ?? "";
  const changed = [
    [...rows, eventRow(`${name}-${draw(1_000_000)}`, type)],
    rows.filter((_, index) => index !== at),
    rows.map((row, index) => (index === at ? { ...row, event_type: type } : row)),
  ][draw(3)];
  await dataset.record(id).saveParquet(ARTIFACTS.events, changed ?? rows, { schema: EVENT_SCHEMA_WITH_TYPE });
}

async function eventsOf(dataset: ZarrDataset, id: string): Promise<EventTable> {
  const table = await dataset.record(id).loadParquet(ARTIFACTS.events);
  return { schema: schemaOfTable(table), rows: [...rowsOf(table)] };
}

/**
 * Everything that a copy holds, but for its log. The text of attributes may differ in the order of its members. The ledger rows of an
 * image that is kept and not here may be in the ledger, or only beside what is kept.
 */
export async function stateOf({ dataset }: Copy): Promise<object> {
  const images: Record<string, object> = {};
  const ids = await dataset.listImageIds();
  for (const id of ids) {
    const record = dataset.record(id);
    const { "zarr.json": _, ...hashes } = Object.fromEntries(await record.objectHashes());
    images[id] = { hashes, attributes: canonicalJson(await record.attributes()) };
  }
  const conflicts = await loadImageConflicts(dataset);
  const left = new Set(conflicts.map(({ imageId }) => imageId).filter((id) => !ids.includes(id)));
  const sources = new Set(
    (await dataset.loadSourcesIndex())
      .filter((row) => !left.has(row.image_id))
      .map((row) => `${row.image_id} ${row.source_primary_path}`),
  );
  const tables = (await dataset.listTableNames()).filter((name) => name !== "sources");
  const kept = [...(await dataset.exact.below("attachments"))].sort();
  const hashes = await Promise.all(tables.map((name) => dataset.exact.hash(`tables/${name}.parquet`)));
  const byName = tables.map((name, index) => [name, hashes[index]]);
  return { images, sources: [...sources].sort(), tables: byName, conflicts, kept };
}

/** What one image says, as far as people edit it; undefined if it is not there. */
interface Said {
  readonly metadata: string;
  readonly events: EventTable;
  readonly files: ReadonlyMap<string, string>;
}

export type Snapshot = ReadonlyMap<string, Said>;

export async function snapshotOf({ dataset }: Copy): Promise<Snapshot> {
  const said = new Map<string, Said>();
  for (const id of await dataset.listImageIds()) {
    const record = dataset.record(id);
    const files = [...(await record.objectHashes())].filter(([key]) =>
      /^(attachments\/notes|analysis\/velocity_events\/params)/.test(key),
    );
    said.set(id, {
      metadata: (await loadMetadataText(record)) ?? "{}",
      events: await eventsOf(dataset, id),
      files: new Map(files),
    });
  }
  return said;
}

/** Checks that each edit between two snapshots of one side is in a copy, or is listed there as an open conflict. */
export async function expectEveryEdit(base: Snapshot, side: Snapshot, { dataset }: Copy): Promise<void> {
  const now = await snapshotOf({ dataset } as Copy);
  const open = (await loadImageConflicts(dataset)).filter(({ isSettled }) => !isSettled);
  const listed = new Set(open.flatMap(({ imageId, here }) => [imageId, here]));
  for (const id of new Set([...base.keys(), ...side.keys()])) {
    const [was, made, has] = [base.get(id), side.get(id), now.get(id)];
    if (made === undefined || was === undefined || has === undefined) {
      const isAsMade = (made === undefined) === (has === undefined);
      expect(
        isAsMade ||
          listed.has(id) ||
          (has !== undefined &&
            (await loadOpenConflicts(dataset.record(id))).some(({ key }) => key === "")) ||
          (was !== undefined && made !== undefined && sameSaid(was, made)),
        `${id}: ${[was, made, has].map((each) => (each === undefined ? "absent" : "there"))}`,
      ).toBe(true);
      continue;
    }
    if (listed.has(id)) {
      continue;
    }
    const open = await loadOpenConflicts(dataset.record(id));
    const fieldsOf = (key: string): readonly string[] =>
      open
        .filter((each) => each.key === key)
        .flatMap(({ fields }) => (fields ?? []).map(({ field }) => field));
    const edits = metadataChanges(was.metadata, made.metadata).map(({ field }) => field);
    const missing = new Set(metadataChanges(has.metadata, made.metadata).map(({ field }) => field));
    const named = fieldsOf("analysis/metadata.json");
    const lost = edits.filter(
      (field) => missing.has(field) && !named.includes(field) && field !== "roi_id_high_water_mark",
    );
    expect(lost, `fields of ${id} that are gone`).toEqual([]);
    const changed = eventEdits(was.events, made.events);
    const gone = eventEdits(has.events, made.events);
    const key = "analysis/velocity_events/events.parquet";
    expect(
      changed.filter((event) => gone.includes(event) && !fieldsOf(key).includes(event)),
      id,
    ).toEqual([]);
    for (const file of new Set([...was.files.keys(), ...made.files.keys()])) {
      const isEdit = was.files.get(file) !== made.files.get(file);
      const isThere = has.files.get(file) === made.files.get(file);
      expect(!isEdit || isThere || open.some((each) => each.key === file), `${id}/${file}`).toBe(true);
    }
  }
}

function sameSaid(a: Said, b: Said): boolean {
  return (
    metadataChanges(a.metadata, b.metadata).length === 0 &&
    eventEdits(a.events, b.events).length === 0 &&
    canonicalJson([...a.files]) === canonicalJson([...b.files])
  );
}

function eventEdits(before: Said["events"], after: Said["events"]): readonly string[] {
  const merge = mergeEvents({ base: before, ours: before, theirs: after });
  return merge.outcome === "merged" ? merge.taken : ["?"];
}

export async function pull(into: Copy, from: Copy): Promise<PullReport> {
  return pullDataset(into.dataset, from.dataset);
}

/** Checks that a dataset is sound, and that its summaries and scales are those of its metadata. */
export async function expectSound({ dataset }: Copy): Promise<void> {
  const { problems } = await dataset.check();
  expect(problems).toEqual([]);
  const folders = (await loadImageConflicts(dataset)).flatMap(({ imageId, keptAs, isSettled }) =>
    keptAs === undefined || isSettled ? [] : [`${imageId}/${keptAs}`],
  );
  const paths = [...(await dataset.exact.below("attachments")).keys()];
  expect(new Set(paths.map((path) => path.split("/").slice(1, 3).join("/")))).toEqual(new Set(folders));
  const kept = (await loadTableConflicts(dataset)).flatMap(({ theirs }) => theirs ?? []);
  expect((await dataset.listTableNames()).filter((name) => name.startsWith("pulled_"))).toEqual(kept.sort());
  for (const id of await dataset.listImageIds()) {
    const record = dataset.record(id);
    const text = (await loadMetadataText(record)) ?? "{}";
    const { summary } = await record.attributes();
    expect(canonicalJson(summary)).toBe(canonicalJson(summarizeMetadata(text)));
    const { attributes } = await record.openArray();
    const { voxels } = parseMetadata(text).header;
    const steps = attributes?.["dimension_steps"];
    expect(steps === undefined || canonicalJson(steps) === canonicalJson(voxels)).toBe(true);
    for (const { theirs } of await loadOpenConflicts(record)) {
      if (/^[0-9a-f]{64}$/.test(theirs)) {
        expect(await dataset.history(theirs), `${id}: ${theirs}`).toBeDefined();
      }
    }
  }
}

/** Two people edit two copies, and pull from each other, once for each seed. Every kind of outcome must occur. */
export async function checkTwoCopies(seeds: Iterable<number>, edits: number): Promise<void> {
  const seen = new Set<string>();
  for (const seed of seeds) {
    for (const outcome of await outcomesOfSeed(seed, edits)) {
      seen.add(outcome);
    }
  }
  expect([...seen]).toEqual(expect.arrayContaining(OUTCOMES));
}

export async function outcomesOfSeed(seed: number, edits: number): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  try {
    for (const { images, tables } of await checkSeed(seed, edits, (side) => seen.add(side))) {
      seen.add(tables.conflicts.length > 0 ? "table" : "no table");
      for (const { outcome, conflicts, openThere } of images) {
        seen.add(outcome);
        for (const { key, fields } of conflicts) {
          seen.add(`${key}${fields === undefined ? "" : " by fields"}`);
        }
        seen.add(openThere.length > 0 ? "open there" : "all settled there");
      }
    }
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
  }
  return seen;
}

async function checkSeed(seed: number, edits: number, onSettled: OnSettled): Promise<readonly PullReport[]> {
  const all: PullReport[] = [];
  const draw = drawFrom(seed);
  const made = await makeStudy(seed, 4);
  const [anna, bela] = [await copyOf(made, "anna"), await copyOf(made, "bela")];
  for (let round = 0; round < 3; round++) {
    const before = [await snapshotOf(anna), await snapshotOf(bela)] as const;
    for (let edit = 0; edit < edits; edit++) {
      await editAtRandom(anna, draw, `anna${round}`, onSettled);
      await editAtRandom(bela, draw, `bela${round}`, onSettled);
    }
    const after = [await snapshotOf(anna), await snapshotOf(bela)] as const;
    const reports = await exchange(anna, bela, draw(3));
    all.push(...reports);
    expect(await stateOf(bela), `round ${round}: the same state in both`).toEqual(await stateOf(anna));
    for (const copy of [anna, bela]) {
      await expectSound(copy);
      await expectEveryEdit(before[0], after[0], copy);
      await expectEveryEdit(before[1], after[1], copy);
    }
    const versions = [anna.dataset.version, bela.dataset.version];
    const again = await exchange(anna, bela, 0);
    expect(again.flatMap(({ images }) => images).filter(({ outcome }) => outcome !== "left")).toEqual([]);
    await exchange(anna, bela, 0);
    expect([anna.dataset.version - (versions[0] ?? 0), bela.dataset.version - (versions[1] ?? 0)]).toEqual([
      0, 0,
    ]);
  }
  return all;
}

/** What must have occurred, or the scripts edit too little. */
const OUTCOMES = [
  ...["same_file ours", "same_file theirs", "deleted_here ours", "deleted_here theirs"],
  ...["left", "new", "deleted", "changed", "kept", "gone", "open there", ""],
  ...["analysis/metadata.json by fields", "analysis/velocity_events/events.parquet by fields"],
  ...["analysis/velocity_events/params.json", "attachments/notes-0.txt"],
  ...["analysis_arrays/masks/1", "table"],
];

/** Pulls in both directions: one after the other in either order, or at the same time and then once more. */
async function exchange(a: Copy, b: Copy, order: number): Promise<readonly PullReport[]> {
  switch (order) {
    case 0:
      return [await pull(a, b), await pull(b, a)];
    case 1:
      return [await pull(b, a), await pull(a, b)];
    default: {
      const then = await copyOf(a, "anna");
      return [await pull(a, b), await pull(b, then), await pull(b, a), await pull(a, b)];
    }
  }
}
