import { readFileSync } from "node:fs";

const DTYPE_OF_CODE: Readonly<Record<string, string>> = {
  b1: "bool",
  u1: "uint8",
  u2: "uint16",
  i2: "int16",
  f4: "float32",
  f8: "float64",
};

export interface Npy {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly littleEndianBytes: Buffer;
}

/** NPY 1.0 in C order, as NumPy writes it. */
export function readNpy(path: string): Npy {
  const file = readFileSync(path);
  const start = 10 + file.readUInt16LE(8);
  const header = file.toString("latin1", 10, start);
  const [, order, code] = /'descr': '([<>|])(\w+)'/.exec(header)!;
  if (!header.includes("'fortran_order': False") || (order === ">" && code !== "f8")) {
    throw new Error(`${path}: ${header} is not read by this test`);
  }
  const shape = /\(([^)]*)\)/
    .exec(header)![1]!
    .split(",")
    .filter((text) => text.trim() !== "");
  const bytes = Buffer.from(file.subarray(start));
  return {
    dtype: DTYPE_OF_CODE[code!]!,
    shape: shape.map(Number),
    littleEndianBytes: order === ">" ? bytes.swap64() : bytes,
  };
}
