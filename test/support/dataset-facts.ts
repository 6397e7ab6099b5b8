// Everything that a dataset holds, read through its public API, as plain JSON that can be compared.

/** What is asked of a dataset, of whatever build. */
export interface FactsDataset<Table> {
  readonly version: number;
  listImageIds(): Promise<readonly string[]>;
  record(id: string): FactsImage<Table>;
  listTableNames(): Promise<readonly string[]>;
  loadTable(name: string): Promise<Table>;
  log(): AsyncIterable<{ readonly message: string }>;
}

interface FactsImage<Table> {
  getAxes(): Promise<readonly string[] | undefined>;
  loadArray(): Promise<FactsArray>;
  listAnalysisKeys(): Promise<readonly string[]>;
  loadJsonText(name: string): Promise<{ readonly text: string }>;
  loadParquet(name: string): Promise<Table>;
  loadCsvGz(name: string): Promise<Table>;
  listArrayArtifacts(): Promise<readonly string[]>;
  loadArrayArtifact(name: string): Promise<FactsArray>;
  listAttachments(): Promise<readonly string[]>;
  loadAttachment(name: string): Promise<Uint8Array>;
}

interface FactsArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

/** The rows of a table: `rowsOf` of the build that opened the dataset. */
type RowsOf<Table> = (table: Table) => Iterable<unknown>;

/** An array with all its values. Integers of 64 bits are text. */
export interface ArrayFacts {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly unknown[];
}

export interface ImageFacts {
  readonly axes: readonly string[] | undefined;
  readonly pixels: ArrayFacts;
  /** The text of each JSON artifact, by its name. */
  readonly json: Readonly<Record<string, string>>;
  readonly parquet: Readonly<Record<string, readonly unknown[]>>;
  readonly csv: Readonly<Record<string, readonly unknown[]>>;
  readonly arrays: Readonly<Record<string, ArrayFacts>>;
  /** Bytes in base64. */
  readonly attachments: Readonly<Record<string, string>>;
}

export interface DatasetFacts {
  readonly images: Readonly<Record<string, ImageFacts>>;
  readonly tables: Readonly<Record<string, readonly unknown[]>>;
  /** The message of each commit. */
  readonly log: readonly string[];
}

/** Reads every pixel, artifact, attachment, table and commit. */
export async function factsOf<Table>(
  dataset: FactsDataset<Table>,
  rows: RowsOf<Table>,
): Promise<DatasetFacts> {
  const images: Record<string, ImageFacts> = {};
  for (const id of await dataset.listImageIds()) {
    images[id] = await imageFacts(dataset.record(id), rows);
  }
  const tables: Record<string, readonly unknown[]> = {};
  for (const name of await dataset.listTableNames()) {
    tables[name] = [...rows(await dataset.loadTable(name))].map(plain);
  }
  const log: string[] = [];
  for await (const { message } of dataset.version === 0 ? [] : dataset.log()) {
    log.push(message);
  }
  return { images, tables, log };
}

async function imageFacts<Table>(record: FactsImage<Table>, rows: RowsOf<Table>): Promise<ImageFacts> {
  const names = (await record.listAnalysisKeys()).map((key) => key.split("/analysis/")[1] ?? key);
  const read = async <T>(suffix: string, load: (name: string) => Promise<T>): Promise<Record<string, T>> => {
    const found = names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
    return Object.fromEntries(
      await Promise.all(found.map(async (name) => [name, await load(name)] as const)),
    );
  };
  const allOf = async <T>(list: readonly string[], load: (name: string) => Promise<T>) =>
    Object.fromEntries(await Promise.all(list.map(async (name) => [name, await load(name)] as const)));
  return {
    axes: await record.getAxes(),
    pixels: arrayFacts(await record.loadArray()),
    json: await read(".json", async (name) => (await record.loadJsonText(name)).text),
    parquet: await read(".parquet", async (name) => [...rows(await record.loadParquet(name))].map(plain)),
    csv: await read(".csv.gz", async (name) => [...rows(await record.loadCsvGz(name))].map(plain)),
    arrays: await allOf(await record.listArrayArtifacts(), async (name) =>
      arrayFacts(await record.loadArrayArtifact(name)),
    ),
    attachments: await allOf(await record.listAttachments(), async (name) =>
      Buffer.from(await record.loadAttachment(name)).toString("base64"),
    ),
  };
}

function arrayFacts({ dtype, shape, data }: FactsArray): ArrayFacts {
  return { dtype, shape: [...shape], values: Array.from<unknown>(data).map(plain) };
}

/** JSON has no integers of 64 bits, and no NaN: they become text. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint" || (typeof value === "number" && !Number.isFinite(value))) {
    return String(value);
  }
  return value !== null && typeof value === "object"
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]))
    : value;
}
