import type { NdArray } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { readNpy, writeNpy } from "../../src/formats/npy.ts";
import type { FuzzedParser } from "./fuzz-parsers.ts";

const KINDS: Readonly<Record<string, string>> = { i: "int", u: "uint", f: "float", b: "bool" };
const SMALL = Array.from({ length: 24 }, (_, index) => (index * 77) % 120);

function replaced(bytes: Uint8Array, from: string, to: string): Uint8Array {
  return Buffer.from(Buffer.from(bytes).toString("latin1").replace(from, to), "latin1");
}

const MATRIX = writeNpy({ dtype: "int16", shape: [3, 8], data: Int16Array.from(SMALL) });
const CUBE = writeNpy({ dtype: "float64", shape: [2, 3, 4], data: Float64Array.from(SMALL, (n) => n / 7) });

/** `readNpy` against a reader that asks nothing of a header but its three values. */
export const FUZZED_NPY: FuzzedParser<NdArray> = {
  name: "npy",
  sounds: [
    MATRIX,
    replaced(MATRIX, "'<i2', 'fortran_order': False,", "'>i2', 'fortran_order': True, "),
    CUBE,
    replaced(CUBE, "False,", "True, "),
    writeNpy({ dtype: "uint8", shape: [24], data: Uint8Array.from(SMALL) }),
    writeNpy({ dtype: "bool", shape: [4, 6], data: Uint8Array.from(SMALL, (n) => n % 2) }),
    writeNpy({ dtype: "int64", shape: [], data: BigInt64Array.of(-5n) }),
  ],
  read: (bytes) => readNpy(bytes),
  disagreement: (array, bytes) => {
    const naive = readNpyNaively(bytes);
    if (array.dtype !== naive.dtype || JSON.stringify(array.shape) !== JSON.stringify(naive.shape)) {
      return `${array.dtype} [${array.shape}], not ${naive.dtype} [${naive.shape}]`;
    }
    const found = Buffer.from(ndArrayBytes(array));
    return found.equals(naive.bytes)
      ? undefined
      : `${found.toString("hex")}, not ${naive.bytes.toString("hex")}`;
  },
};

interface NaiveNpy {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** C order, little-endian. */
  readonly bytes: Buffer;
}

function readNpyNaively(file: Uint8Array): NaiveNpy {
  const bytes = Buffer.from(file);
  const start = bytes[6] === 1 ? 10 + bytes.readUInt16LE(8) : 12 + bytes.readUInt32LE(8);
  const header = bytes.subarray(0, start).toString("latin1");
  const [, order, kind, digits] = /'descr' *: *'(.)(.)(\d)'/.exec(header) ?? [];
  const isFortran = /'fortran_order' *: *True/.test(header);
  const tuple = /'shape' *: *\(([^)]*)\)/.exec(header)?.[1] ?? "none";
  const shape = tuple
    .split(",")
    .filter((length) => length.trim() !== "")
    .map(Number);
  const size = Number(digits);
  const count = shape.reduce((product, length) => product * length, 1);
  const data = bytes.subarray(start);
  if (data.length !== count * size) {
    throw new Error(`${data.length} bytes for ${count} elements of ${size}`);
  }
  const out = Buffer.alloc(data.length);
  for (let element = 0; element < count; element++) {
    let from = element;
    if (isFortran) {
      let left = element;
      const places = shape.map(() => 0);
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const length = shape[axis] ?? 1;
        places[axis] = left % length;
        left = Math.floor(left / length);
      }
      from = places.reduceRight((index, place, axis) => index * (shape[axis] ?? 1) + place, 0);
    }
    for (let byte = 0; byte < size; byte++) {
      out[element * size + byte] = data[from * size + (order === ">" ? size - 1 - byte : byte)] ?? 0;
    }
  }
  const name = KINDS[kind ?? ""];
  return { dtype: name === "bool" ? name : `${name}${size * 8}`, shape, bytes: out };
}
