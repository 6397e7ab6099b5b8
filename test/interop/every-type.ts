import {
  createNdArray,
  DTYPES,
  type NdArray,
  type Row,
  type TableSchema,
  type ZarrDataset,
} from "@kym/zarr-store";

export const EVERY_COLUMN: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "n_int64", type: "int64" },
    { name: "n_int32", type: "int32" },
    { name: "v_float64", type: "float64" },
    { name: "text", type: "utf8" },
    { name: "flag", type: "bool" },
    { name: "never", type: "int64" },
  ],
};

export const ROWS: readonly Row[] = [
  {
    image_id: "a",
    n_int64: 2n ** 63n - 1n,
    n_int32: -(2 ** 31),
    v_float64: 0.1,
    text: 'µm, "quoted"\nñ 漢 🔬',
    flag: true,
    never: null,
  },
  { image_id: "b", n_int64: null, n_int32: null, v_float64: null, text: null, flag: null, never: null },
  {
    image_id: "c",
    n_int64: -(2n ** 63n),
    n_int32: 2 ** 31 - 1,
    v_float64: -0,
    text: "",
    flag: false,
    never: null,
  },
];

/** Planes, stacks and more, in several chunks with ragged edges. */
const SHAPES: readonly (readonly [shape: readonly number[], axes: readonly string[]])[] = [
  [
    [7, 5],
    ["t", "x"],
  ],
  [
    [2, 7, 5],
    ["c", "t", "x"],
  ],
  [
    [2, 3, 7, 5],
    ["c", "z", "y", "x"],
  ],
  [
    [2, 2, 3, 4, 5],
    ["t", "c", "z", "y", "x"],
  ],
];

/** Images and array artifacts of every dtype and of ranks 1 to 5, and tables with columns of every type. */
export async function saveEveryType(dataset: ZarrDataset): Promise<void> {
  await dataset.transaction(async (transaction) => {
    for (const dtype of DTYPES) {
      for (const [shape, axes] of SHAPES) {
        const chunks = shape.map((length, axis) => (axis < shape.length - 2 ? 1 : Math.min(length, 3)));
        const id = `${dtype}-${shape.length}d`;
        const record = await transaction.addImage(filled(dtype, shape), { id, axes, chunks });
        if (shape.length === 2) {
          await record.saveArrayArtifact("trace", filled(dtype, [11]), { axes: ["t"] });
          await record.saveArrayArtifact("deep/stack", filled(dtype, [2, 3, 4]), { axes: ["z", "y", "x"] });
        }
      }
    }
    const record = transaction.record("uint16-2d");
    await record.saveParquet("every/column", ROWS, { schema: EVERY_COLUMN });
    await record.saveCsvGz("every/column", ROWS, { schema: EVERY_COLUMN });
    await transaction.saveTable("every", ROWS, { schema: EVERY_COLUMN });
    await transaction.saveTable("empty", [], { schema: EVERY_COLUMN });
  });
}

/** The least, the largest and the odd ones first, then what is in between. */
function filled(dtype: (typeof DTYPES)[number], shape: readonly number[]): NdArray {
  const array = createNdArray(dtype, shape);
  const { data } = array;
  for (let index = 0; index < data.length; index++) {
    const value = (index * 2_654_435) % 127;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
      data[index] = index === 0 ? -1n << 63n : index === 1 ? (1n << 63n) - 1n : BigInt(value);
    } else if (dtype === "bool") {
      data[index] = value % 2;
    } else {
      data[index] = index === 0 ? -(2 ** 31) : index === 1 ? 2 ** 31 - 1 : value;
    }
  }
  if (data instanceof Float32Array || data instanceof Float64Array) {
    data.set([Number.NaN, -0, Number.POSITIVE_INFINITY, 0.1]);
  }
  return array;
}
