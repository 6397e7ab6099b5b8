import {
  createNdArray,
  type DType,
  memoryStore,
  type NdArray,
  openDataset,
  SOURCES_SCHEMA,
  type TableSchema,
  tableFromRows,
  type ZarrDataset,
  type ZarrImageRecord,
} from "@kym/zarr-store";
import { type AxisScales, DTYPES, isDType, itemSizeBytes } from "@kym/zarr-store/array";
import fc from "fast-check";
import { characterAt, LAST_CHARACTER, numberOfCharacter } from "../../../../../test/support/any-character.ts";
import { readNpy, writeNpy } from "../../../src/index.ts";

const anyCharacter = fc.nat(LAST_CHARACTER).map(characterAt, numberOfCharacter);

type CellValue = bigint | number | string | boolean | null;
type Row = Readonly<Record<string, CellValue>>;

/** All that one image has. */
export interface RandomImage {
  readonly array: NdArray;
  readonly axes: readonly string[] | undefined;
  readonly chunks: readonly number[] | undefined;
  readonly scales: AxisScales | undefined;
  readonly chunkKeySeparator: "." | "/";
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly json: readonly (readonly [name: string, text: string])[];
  readonly tables: readonly (readonly [name: string, table: RandomTable])[];
  readonly csvGz: readonly (readonly [name: string, table: RandomTable])[];
  readonly arrays: readonly (readonly [name: string, array: NdArray])[];
  readonly attachments: readonly (readonly [name: string, bytes: Uint8Array<ArrayBuffer>])[];
}

export interface RandomTable {
  readonly schema: TableSchema;
  readonly rows: readonly Row[];
}

export interface RandomDataset {
  readonly images: readonly RandomImage[];
  /** A pooled table with one or more rows per image; undefined for a dataset without one. */
  readonly pooled: RandomTable | undefined;
  /** A table that knows no images. */
  readonly other: RandomTable | undefined;
  readonly sources: readonly Row[] | undefined;
}

const text = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 6 }) },
  { weight: 2, arbitrary: fc.string({ unit: anyCharacter, maxLength: 6 }) },
  fc.constantFrom("", "\u0000", "=1+1", "\ufeff", 'a,"b"', "\r\n", " x ", "NaN", "null", "é", "1.0", "True"),
);

const segment = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,9}$/)
  .filter(
    (name) =>
      !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|\.$|^data$|^zarr\.json$|\.(json|parquet|csv\.gz)$/i.test(name),
  );
/** Folders in small letters, for two that differ in case only cannot be beside each other. */
const artifactName = fc
  .tuple(
    fc.array(
      fc.oneof(
        segment.map((name) => name.toLowerCase()),
        fc.constantFrom("a_", "b__c"),
      ),
      { maxLength: 2 },
    ),
    fc.oneof(segment, fc.constantFrom("a", "a_", "x_y", "Z", "metadata", "provenance")),
  )
  .map(([folders, name]) => [...folders, name].join("/"));

/** Names of which none is the folder of another, and none another in other letters. */
function named<T>(value: fc.Arbitrary<T>, maxLength = 3): fc.Arbitrary<readonly (readonly [string, T])[]> {
  return fc
    .uniqueArray(fc.tuple(artifactName, value), { selector: ([name]) => name.toLowerCase(), maxLength })
    .filter((entries) => {
      const names = entries.map(([name]) => `${name.toLowerCase()}/`);
      return names.every((name) => names.every((other) => other === name || !name.startsWith(other)));
    });
}

function arrayOf(dtype: DType, shape: readonly number[]): fc.Arbitrary<NdArray> {
  const sizeBytes = shape.reduce((product, length) => product * length, itemSizeBytes(dtype));
  return fc.uint8Array({ minLength: sizeBytes, maxLength: sizeBytes }).map((bytes) => {
    // The bytes of a NumPy file are those of the array, whatever they mean.
    const file = writeNpy(createNdArray(dtype, [...shape]));
    file.set(
      bytes.map((byte) => (dtype === "bool" ? byte & 1 : byte)),
      file.length - sizeBytes,
    );
    return readNpy(file);
  });
}

function anyArray(minRank: number, maxRank: number, minLength: number): fc.Arbitrary<NdArray> {
  return fc
    .tuple(
      fc.constantFrom(...DTYPES.filter(isDType)),
      fc.array(fc.integer({ min: minLength, max: 4 }), { minLength: minRank, maxLength: maxRank }),
    )
    .chain(([dtype, shape]) => arrayOf(dtype, shape));
}

const columnType = fc.constantFrom("int64", "int32", "float64", "utf8", "bool");

function cellOf(type: TableSchema["columns"][number]["type"], isAllNull: boolean): fc.Arbitrary<CellValue> {
  const values: Readonly<Record<typeof type, fc.Arbitrary<CellValue>>> = {
    int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    int32: fc.integer(),
    float64: fc.oneof(
      fc.double({ noNaN: true }),
      fc.constantFrom(-5553288.0, -0, 1e6, Number.POSITIVE_INFINITY),
    ),
    utf8: text,
    bool: fc.boolean(),
  };
  return isAllNull ? fc.constant(null) : fc.option(values[type], { freq: 4, nil: null });
}

export function anyTable(maxLength = 6): fc.Arbitrary<RandomTable> {
  return fc
    .uniqueArray(
      fc.record({
        name: fc.oneof(
          segment,
          text.filter((name) => name !== "" && !name.startsWith("\ufeff")),
        ),
        type: columnType,
        isAllNull: fc.boolean(),
        unit: fc.constantFrom(undefined, "mm/s", "µm"),
      }),
      { selector: ({ name }) => name, minLength: 1, maxLength: 5 },
    )
    .chain((columns) => {
      const schema = {
        columns: columns.map(({ name, type, unit }) => ({ name, type, ...(unit && { unit }) })),
      };
      const cells = fc.tuple(...columns.map(({ type, isAllNull }) => cellOf(type, isAllNull)));
      return fc.array(cells, { maxLength }).map((rows) => ({
        schema,
        rows: rows.map((row) => Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null]))),
      }));
    });
}

const jsonText = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    "{}",
    "[ 1.0, 1e400, -0 ]",
    '{"b":12345678901234567890,"a":1}\n',
    '"\\ud83d\\ude00"',
    "null",
  ),
);

const axesOf = (rank: number): fc.Arbitrary<readonly string[]> =>
  fc.shuffledSubarray(["t", "z", "c", "y", "x"], { minLength: rank, maxLength: rank });

const anyScale = fc.record({
  unit: fc.constantFrom("s", "\u00b5m"),
  step: fc.double({ noNaN: true, noDefaultInfinity: true, min: Number.MIN_VALUE }),
  origin: fc.integer(),
});

const anyImage: fc.Arbitrary<RandomImage> = anyArray(2, 5, 1).chain((array) =>
  fc.record({
    array: fc.constant(array),
    axes: fc.option(axesOf(array.shape.length), { nil: undefined }),
    chunks: fc.option(fc.tuple(...array.shape.map((length) => fc.integer({ min: 1, max: length }))), {
      nil: undefined,
    }),
    scales: fc.option(fc.tuple(...array.shape.map(() => fc.option(anyScale))), { nil: undefined }),
    chunkKeySeparator: fc.constantFrom(".", "/"),
    attributes: fc.dictionary(segment, fc.oneof(text, fc.integer(), fc.boolean()), { maxKeys: 3 }),
    json: named(jsonText),
    tables: named(anyTable()),
    csvGz: named(anyTable(), 1),
    arrays: named(anyArray(0, 4, 0), 2),
    attachments: fc.uniqueArray(
      fc.tuple(
        segment,
        fc.uint8Array({ maxLength: 20 }).map((bytes) => new Uint8Array(bytes)),
      ),
      { selector: ([name]) => name.toLowerCase(), maxLength: 2 },
    ),
  }),
);

const anySource: fc.Arbitrary<Row> = fc.record({
  source_primary_path: fc
    .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 })
    .map((name) => `/lab/${name}.tif`),
  image_id: fc.constantFrom("image-0", "image-1", "gone"),
  source_mtime_ns: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  source_size_bytes: fc.bigInt({ min: 0n, max: 2n ** 40n }),
  ingested_epoch_ns: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  source_sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  source_rel_path: fc.option(fc.string({ unit: "grapheme-ascii", maxLength: 8 }), { nil: null }),
});

export const anyDataset: fc.Arbitrary<RandomDataset> = fc.record({
  images: fc.array(anyImage, { maxLength: 3 }),
  pooled: fc.option(anyTable(), { nil: undefined }),
  other: fc.option(anyTable(), { nil: undefined }),
  sources: fc.option(fc.array(anySource, { maxLength: 4 }), { nil: undefined }),
});

/** The dataset that a description is of: ids `image-0`, `image-1`, …; pooled rows belong to them in turn. */
export async function makeDataset(random: RandomDataset): Promise<ZarrDataset> {
  const dataset = await openDataset(memoryStore());
  await dataset.transaction(async (transaction) => {
    for (const [index, image] of random.images.entries()) {
      const { array, axes, chunks, scales, chunkKeySeparator, attributes } = image;
      const record = await transaction.addImage(array, {
        id: `image-${index}`,
        attributes,
        ...{ scales, chunkKeySeparator, arrayAttributes: { note: index } },
        ...(axes && { axes }),
        ...(chunks && { chunks }),
      });
      await fill(record, image);
    }
    const ids = random.images.map((_, index) => `image-${index}`);
    if (random.pooled !== undefined && ids.length > 0) {
      const schema: TableSchema = {
        columns: [
          { name: "image_id", type: "utf8" },
          ...random.pooled.schema.columns.filter(({ name }) => name !== "image_id"),
        ],
      };
      const rows = random.pooled.rows.map((row, index) => ({
        ...row,
        image_id: ids[index % ids.length] ?? "",
      }));
      await transaction.saveTable("pooled", rows, { schema });
    }
    if (random.other !== undefined) {
      await transaction.saveTable("other", random.other.rows, { schema: random.other.schema });
    }
    if (random.sources !== undefined) {
      await transaction.saveTable("sources", tableFromRows(random.sources, SOURCES_SCHEMA), {
        schema: SOURCES_SCHEMA,
      });
    }
  });
  return dataset;
}

async function fill(record: ZarrImageRecord, image: RandomImage): Promise<void> {
  for (const [name, json] of image.json) {
    await record.json.saveBytes(name, new TextEncoder().encode(json));
  }
  for (const [name, { schema, rows }] of image.tables) {
    await record.saveParquet(name, rows, { schema });
  }
  for (const [name, { schema, rows }] of image.csvGz) {
    await record.saveCsvGz(name, rows, { schema });
  }
  for (const [name, array] of image.arrays) {
    await record.saveArrayArtifact(name, array, {
      attributes: { note: name },
      chunkKeySeparator: image.chunkKeySeparator,
    });
  }
  for (const [name, bytes] of image.attachments) {
    await record.saveAttachment(name, bytes);
  }
}
