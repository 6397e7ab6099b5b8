// A dataset with every dtype of array and every kind of table, for Python to read.

import { randomBytes } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNdArray, type DType, type NdArray, type Row, type TableSchema } from "@kym/zarr-store";
import { DTYPES } from "@kym/zarr-store/array";
import { openLocalDataset } from "@kym/zarr-store/node";

/** Shapes and chunks by rank. Each axis has several chunks, and the last one extends beyond the edge. */
const LAYOUTS: readonly { readonly shape: readonly number[]; readonly chunks: readonly number[] }[] = [
  { shape: [11], chunks: [4] },
  { shape: [7, 5], chunks: [3, 2] },
  { shape: [3, 5, 4], chunks: [2, 3, 4] },
  { shape: [2, 3, 5, 4], chunks: [1, 2, 3, 3] },
];

export const EVERY_TYPE: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "n64", type: "int64", unit: "ns" },
    { name: "n32", type: "int32" },
    { name: "f64", type: "float64" },
    { name: "text", type: "utf8" },
    { name: "flag", type: "bool" },
    { name: 'µm per px, "x"', type: "float64" },
    { name: "required", type: "int64", nullable: false },
  ],
};

const FULL: Row = {
  image_id: "uint8-2",
  n64: 2n ** 63n - 1n,
  n32: -(2 ** 31),
  f64: 5e-324,
  text: 'naïve “µm”, 細胞 😀\nsecond line, "quoted"',
  flag: true,
  'µm per px, "x"': 0.1,
  required: -(2n ** 63n),
};
const OTHER: Row = {
  ...FULL,
  n64: 9007199254740993n,
  n32: 2 ** 31 - 1,
  f64: Number.NEGATIVE_INFINITY,
  text: "=1+1",
  flag: false,
  'µm per px, "x"': -0,
  required: 0n,
};
const EMPTY: Row = {
  image_id: "uint8-2",
  n64: null,
  n32: null,
  f64: null,
  text: null,
  flag: null,
  'µm per px, "x"': null,
  required: 9007199254740993n,
};

/** The kinds of content of a table: all values, some missing, all missing that may be, no rows. */
export const TABLES: Readonly<Record<string, readonly Row[]>> = {
  full: [FULL, OTHER],
  some: [FULL, EMPTY, OTHER],
  nulls: [EMPTY, EMPTY],
  empty: [],
};

export interface EveryType {
  readonly path: string;
  /** The arrays, by the path of the group that holds them. */
  readonly arrays: ReadonlyMap<
    string,
    NdArray & { readonly chunks: readonly number[]; readonly axes: readonly string[] }
  >;
}

/** Makes a dataset with an array of every dtype and rank, and every kind of table in every place and format. */
export async function makeEveryType(): Promise<EveryType> {
  const path = join(await mkdtemp(join(tmpdir(), "kym-every-type-")), "types.zarr");
  const arrays = new Map<string, NdArray & { chunks: readonly number[]; axes: readonly string[] }>();
  await using dataset = await openLocalDataset(path);
  await dataset.transaction(async (contents) => {
    for (const dtype of DTYPES) {
      for (const { shape, chunks } of LAYOUTS.slice(1)) {
        const array = noise(dtype, shape);
        const axes = ["c", "z", "t", "x"].slice(-shape.length);
        const id = `${dtype}-${shape.length}`;
        await contents.addImage(array, { id, axes, chunks });
        arrays.set(`images/${id}`, { ...array, chunks, axes });
      }
    }
    const record = contents.record("uint8-2");
    for (const dtype of DTYPES) {
      for (const { shape, chunks } of LAYOUTS) {
        const array = noise(dtype, shape);
        const axes = ["w", "z", "y", "x"].slice(-shape.length);
        const name = `types/${dtype}-${shape.length}`;
        // Each is opened alone, so that axes of one name may have other lengths.
        const options = { axes, exactAxes: true, chunks, attributes: { unit: "µm/s" } };
        await record.saveArrayArtifact(name, array, options);
        arrays.set(`images/uint8-2/analysis_arrays/${name}`, { ...array, chunks, axes });
      }
    }
    for (const [name, rows] of Object.entries(TABLES)) {
      await contents.saveTable(name, rows, { schema: EVERY_TYPE });
      await record.saveParquet(`types/${name}`, rows, { schema: EVERY_TYPE });
      await record.saveCsvGz(`types/${name}`, rows, { schema: EVERY_TYPE });
    }
  });
  return { path, arrays };
}

/** Elements of any bits that the dtype allows, including NaNs with payloads and subnormal numbers. */
function noise(dtype: DType, shape: readonly number[]): NdArray {
  const array = createNdArray(dtype, shape);
  const bytes = new Uint8Array(array.data.buffer);
  bytes.set(randomBytes(bytes.length));
  if (dtype === "bool") {
    bytes.forEach((byte, at) => {
      bytes[at] = byte & 1;
    });
  }
  return array;
}
