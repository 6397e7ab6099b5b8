import fc from "fast-check";
import { expect } from "vitest";
import { type CheckReport, parseStoreKey, type ZarrDataset } from "../../src/index.ts";
import { faultyStore } from "../../src/testing/index.ts";
import { changeDataset, changeModel, type DatasetChange, datasetChange, hasPart } from "./dataset-change.ts";
import { copyOf, type DatasetModel, modelOf, overwrite, textOfModel } from "./dataset-model.ts";
import { codeOf, type DatasetUnderTest } from "./dataset-under-test.ts";

export type DatasetCommand = fc.AsyncCommand<DatasetModel, DatasetUnderTest>;

/** Runs one, and then looks at everything that there is. */
abstract class Command implements DatasetCommand {
  check(): boolean {
    return true;
  }

  abstract act(model: DatasetModel, world: DatasetUnderTest): Promise<void>;

  async run(model: DatasetModel, world: DatasetUnderTest): Promise<void> {
    await this.act(model, world);
    await world.dataset.refresh();
    const found = await modelOf(world.dataset);
    expect(textOfModel(found)).toBe(textOfModel(model));
    expect(found.version).toBeGreaterThanOrEqual(model.version);
    model.version = found.version;
    counts.commands++;
  }

  abstract toString(): string;
}

/** What all runs of this process did. */
export const counts = { commands: 0 };

class Change extends Command {
  readonly changes: readonly DatasetChange[];
  readonly ending: "commits" | "throws" | "is aborted";

  constructor(changes: readonly DatasetChange[], ending: Change["ending"]) {
    super();
    this.changes = changes;
    this.ending = ending;
  }

  async act(model: DatasetModel, { dataset }: DatasetUnderTest): Promise<void> {
    const after = copyOf(model);
    const code = changeAll(after, this.changes);
    const controller = new AbortController();
    const failure = new Error("the caller's own");
    const outcome = await dataset
      .transaction(
        async (transaction) => {
          for (const change of this.changes) {
            await changeDataset(transaction, change);
          }
          if (this.ending === "throws") {
            throw failure;
          }
          if (this.ending === "is aborted") {
            controller.abort();
          }
        },
        { signal: controller.signal },
      )
      .catch((error: unknown) => error);
    if (code !== "" || this.ending !== "commits") {
      const expected =
        code !== ""
          ? { code }
          : this.ending === "throws"
            ? { message: failure.message }
            : { code: "aborted" };
      expect(outcome).toMatchObject(expected);
      expect(dataset.version).toBe(model.version);
      return;
    }
    const isSame = textOfModel(after) === textOfModel(model);
    expect(outcome).toMatchObject({ published: true, ...(!isSame && { version: model.version + 1 }) });
    overwrite(model, { ...after, version: model.version });
  }

  toString(): string {
    return `transaction(${JSON.stringify(this.changes)}) ${this.ending}`;
  }
}

class SingleCall extends Command {
  readonly change: DatasetChange;

  constructor(change: DatasetChange) {
    super();
    this.change = change;
  }

  async act(model: DatasetModel, { dataset }: DatasetUnderTest): Promise<void> {
    const wasThere = hasPart(model, this.change);
    const outcome = changeDataset(dataset, this.change);
    const code = changeModel(model, this.change);
    expect(await codeOf(outcome)).toBe(code);
    if (code === "") {
      expect(await outcome).toBe(wasThere);
    }
  }

  toString(): string {
    return JSON.stringify(this.change);
  }
}

/** Two processes at once: the outcome is that of one after the other. */
class AtOnce extends Command {
  readonly changes: readonly [DatasetChange, DatasetChange];

  constructor(changes: AtOnce["changes"]) {
    super();
    this.changes = changes;
  }

  async act(model: DatasetModel, world: DatasetUnderTest): Promise<void> {
    const [first, second] = this.changes;
    const other = await world.open();
    const codes = await Promise.all([
      codeOf(changeDataset(world.dataset, first)),
      codeOf(changeDataset(other, second)),
    ]);
    await world.dataset.refresh();
    const found = textOfModel(await modelOf(world.dataset));
    const orders = [
      inOrder(model, first, second),
      (({ after, codes: [a, b] }) => ({ after, codes: [b, a] }))(inOrder(model, second, first)),
    ];
    const fit = orders.find(
      (order) => textOfModel(order.after) === found && order.codes.join() === codes.join(),
    );
    expect(fit, `${codes.join()} ${found}`).toBeDefined();
    overwrite(model, fit?.after ?? model);
  }

  toString(): string {
    return `at once ${JSON.stringify(this.changes)}`;
  }
}

function inOrder(
  model: DatasetModel,
  first: DatasetChange,
  second: DatasetChange,
): { readonly after: DatasetModel; readonly codes: readonly [string, string] } {
  const after = copyOf(model);
  return { after, codes: [changeModel(after, first), changeModel(after, second)] };
}

/** A process that dies at some step, or whose n-th call fails: the change is there whole, or not at all. */
class Mishap extends Command {
  readonly change: DatasetChange;
  readonly at: number;
  readonly kind: "dies" | "fails";

  constructor(change: DatasetChange, at: number, kind: Mishap["kind"]) {
    super();
    this.change = change;
    this.at = at;
    this.kind = kind;
  }

  async act(model: DatasetModel, world: DatasetUnderTest): Promise<void> {
    const outcome = await (this.kind === "dies" ? this.#die(world) : this.#fail(world));
    world.killLast();
    // A lock whose owner was cut off is taken over once it is a few seconds old.
    await world.ageLock();
    const after = copyOf(model);
    const code = changeModel(after, this.change);
    await world.dataset.refresh();
    const found = textOfModel(await modelOf(world.dataset));
    if (code !== "") {
      expect(["dead", "io", code]).toContain(outcome);
      return;
    }
    const isMade = found === textOfModel(after);
    expect(isMade || found === textOfModel(model), `${outcome}: ${found}`).toBe(true);
    expect(outcome === "" && !isMade, "an acknowledged change is there").toBe(false);
    if (isMade) {
      overwrite(model, { ...after, version: model.version });
    }
  }

  async #die(world: DatasetUnderTest): Promise<string> {
    const died = Promise.withResolvers<string>();
    let steps = 0;
    const dataset = await world.open({
      onStep: () => {
        if (steps++ !== this.at) {
          return undefined;
        }
        died.resolve("dead");
        return new Promise<never>(() => undefined);
      },
    });
    return Promise.race([codeOf(changeDataset(dataset, this.change)), died.promise]);
  }

  async #fail(world: DatasetUnderTest): Promise<string> {
    let isArmed = false;
    let calls = 0;
    const store = faultyStore(world.store, () =>
      isArmed && calls++ === this.at * 3 ? { fault: "tears", errno: "EIO" } : undefined,
    );
    const dataset = await world.open({}, store);
    isArmed = true;
    const outcome = await codeOf(changeDataset(dataset, this.change));
    isArmed = false;
    return outcome;
  }

  toString(): string {
    return `${this.kind} at ${this.at}: ${JSON.stringify(this.change)}`;
  }
}

/** Another program edits a JSON artifact; the edit is found and adopted. */
class EditOutside extends Command {
  readonly id: string;

  constructor(id: string) {
    super();
    this.id = id;
  }

  override check(): boolean {
    return true;
  }

  async act(model: DatasetModel, { dataset, store }: DatasetUnderTest): Promise<void> {
    const image = model.images.get(this.id);
    const values = image?.artifacts.get("json qc");
    if (image === undefined || values === undefined) {
      return;
    }
    // An editor has seen the file in its place. Until it is in place, it is read from staging, whatever the path holds.
    await dataset.repair();
    // Bytes that no commit ever wrote: an older version of the file, put back, counts as known.
    const edited = [...values, 7 + dataset.version];
    const path = `images/${this.id}/analysis/qc.json`;
    await store.put(parseStoreKey(path), new TextEncoder().encode(JSON.stringify({ values: edited })));
    expect(await codeOf(dataset.record(this.id).loadJson("qc"))).toBe("modified_outside");
    expect(await codeOf(dataset.record(this.id).saveJson("qc", { values: [] }))).toBe("modified_outside");
    const { problems } = await dataset.check();
    expect(problems.map(({ kind, path: found }) => `${kind} ${found}`)).toEqual([`modified_outside ${path}`]);
    expect((await dataset.adopt()).adopted).toEqual([{ path, change: "changed" }]);
    image.artifacts.set("json qc", edited);
  }

  toString(): string {
    return `edit ${this.id} outside and adopt`;
  }
}

/** A Zarr program sets an attribute of an image's group and consolidates its metadata: all is read, and it is adopted. */
class EditNodeOutside extends Command {
  readonly id: string;

  constructor(id: string) {
    super();
    this.id = id;
  }

  async act(model: DatasetModel, { dataset, store }: DatasetUnderTest): Promise<void> {
    if (!model.images.has(this.id)) {
      return;
    }
    // The file must be in place. Until then it is read from staging, whatever the path holds.
    await dataset.repair();
    const path = `images/${this.id}/zarr.json`;
    const { attributes } = JSON.parse(new TextDecoder().decode(await store.get(parseStoreKey(path))));
    // Bytes that no commit ever wrote: an image that was deleted and added again may have had this attribute before.
    const lab = `${typeof attributes.lab === "string" ? attributes.lab : ""}B${dataset.version}`;
    const node = {
      attributes: { ...attributes, lab },
      zarr_format: 3,
      consolidated_metadata: {},
      node_type: "group",
    };
    await store.put(parseStoreKey(path), new TextEncoder().encode(JSON.stringify(node)));
    const isNew = attributes.lab === undefined;
    const { problems } = await dataset.check();
    expect(problems.map(({ kind, path: found }) => `${kind} ${found}`)).toEqual([`rewritten ${path}`]);
    if (isNew) {
      expect(textOfModel(await modelOf(dataset))).toBe(textOfModel(model));
    }
    expect((await dataset.adopt()).adopted).toEqual([{ path, change: "changed" }]);
    expect(await dataset.record(this.id).attributes()).toMatchObject({ lab });
  }

  toString(): string {
    return `edit the node of ${this.id} outside and adopt`;
  }
}

/** What must change nothing that a reader sees. */
class Upkeep extends Command {
  readonly name: string;
  readonly work: (world: DatasetUnderTest, model: DatasetModel) => Promise<unknown>;

  constructor(name: string, work: Upkeep["work"]) {
    super();
    this.name = name;
    this.work = work;
  }

  async act(model: DatasetModel, world: DatasetUnderTest): Promise<void> {
    await this.work(world, model);
  }

  toString(): string {
    return this.name;
  }
}

const UPKEEP: readonly (readonly [string, Upkeep["work"]])[] = [
  ["reopen", (world) => world.reopen()],
  ["the other process goes on", async (world) => world.changeTurn()],
  ["update the manifest", expectManifest],
  ["order", expectOrders],
  ["check", async ({ dataset }) => expectSound(await dataset.check())],
  ["repair", async ({ dataset }) => expect((await dataset.repair()).problems).toEqual([])],
  ["gc", ({ dataset }) => dataset.gc({ dryRun: false })],
  ["adopt nothing", async ({ dataset }) => expect((await dataset.adopt()).adopted).toEqual([])],
  ["names that are invalid", expectInvalidNames],
];

function expectSound({ problems }: CheckReport): void {
  expect(problems).toEqual([]);
}

async function expectManifest({ dataset }: DatasetUnderTest, model: DatasetModel): Promise<void> {
  const manifest = await dataset.updateManifest();
  expect(manifest.images.map(({ imageId }) => imageId)).toEqual([...model.images.keys()].sort());
  if (model.version > 0) {
    expect(await dataset.loadManifest()).toEqual(manifest);
  }
}

async function expectOrders({ dataset }: DatasetUnderTest, model: DatasetModel): Promise<void> {
  const idsBy = async (missing: "first" | "last"): Promise<readonly string[]> =>
    (await Array.fromAsync(dataset.iterRecords({ orderBy: "n", missing }))).map(({ id }) => id);
  const images = [...model.images].sort(([a], [b]) => (a < b ? -1 : 1));
  const known = images
    .filter(([, { n }]) => n !== undefined)
    .sort(([, a], [, b]) => (a.n ?? 0) - (b.n ?? 0))
    .map(([id]) => id);
  const unknown = images.filter(([, { n }]) => n === undefined).map(([id]) => id);
  expect(await idsBy("last")).toEqual([...known, ...unknown]);
  expect(await idsBy("first")).toEqual([...unknown, ...known]);
}

async function expectInvalidNames({ dataset }: DatasetUnderTest, model: DatasetModel): Promise<void> {
  const image = { dtype: "uint8", shape: [1, 1], data: new Uint8Array(1) } as const;
  for (const id of ["../x", "", "a.json", "CON", "A/b"]) {
    expect(await codeOf(dataset.addImage(image, { id }))).toBe("invalid_name");
  }
  for (const [id] of model.images) {
    expect(await codeOf(dataset.addImage(image, { id: id.toUpperCase() }))).toBe("already_exists");
    expect(await codeOf(dataset.record(id).saveJson("data/x", {}))).toBe("invalid_name");
  }
}

function changeAll(model: DatasetModel, changes: readonly DatasetChange[]): ReturnType<typeof changeModel> {
  for (const change of changes) {
    const code = changeModel(model, change);
    if (code !== "") {
      return code;
    }
  }
  return "";
}

const several = fc.array(datasetChange, { minLength: 1, maxLength: 4 });

export const datasetCommands: readonly fc.Arbitrary<DatasetCommand>[] = [
  datasetChange.map((change) => new SingleCall(change)),
  datasetChange.map((change) => new SingleCall(change)),
  datasetChange.map((change) => new SingleCall(change)),
  several.map((changes) => new Change(changes, "commits")),
  fc
    .tuple(several, fc.constantFrom("throws" as const, "is aborted" as const))
    .map(([changes, ending]) => new Change(changes, ending)),
  fc.tuple(datasetChange, datasetChange).map((changes) => new AtOnce(changes)),
  fc
    .tuple(datasetChange, fc.nat(14), fc.constantFrom("dies" as const, "fails" as const))
    .map(([change, at, kind]) => new Mishap(change, at, kind)),
  fc.constantFrom("a", "b", "c", "d").map((id) => new EditOutside(id)),
  fc.constantFrom("a", "b", "c", "d").map((id) => new EditNodeOutside(id)),
  fc.constantFrom(...UPKEEP).map(([name, work]) => new Upkeep(name, work)),
  fc.constantFrom(...UPKEEP).map(([name, work]) => new Upkeep(name, work)),
];

/** Runs commands on a new dataset and on its model. */
export async function runCommands(
  commands: Iterable<DatasetCommand>,
  world: DatasetUnderTest,
): Promise<void> {
  await world.start();
  const model: DatasetModel = { version: 0, images: new Map(), tables: new Map() };
  await fc.asyncModelRun(() => ({ model, real: world }), commands);
  const last: ZarrDataset = await world.open();
  expect(textOfModel(await modelOf(last))).toBe(textOfModel(model));
  expect((await last.check()).problems).toEqual([]);
}
