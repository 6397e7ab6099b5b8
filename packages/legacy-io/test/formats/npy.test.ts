import { createNdArray, type NdArray } from "@kym/zarr-store";
import { DTYPES, itemSizeBytes } from "@kym/zarr-store/array";
import { swapInPlace } from "@kym/zarr-store/bytes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readNpy, writeNpy } from "../../src/formats/npy.ts";
import { caught, codeOf } from "../support/caught.ts";

/** A file with any header, as NumPy would lay it out. */
function npyFile(header: string, data: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const prefix = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(prefix + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) {
    view.setUint16(8, text.length, true);
  } else {
    view.setUint32(8, text.length, true);
  }
  bytes.set(text, prefix);
  bytes.set(data, prefix + text.length);
  return bytes;
}

const dict = (descr: string, shape: string, order = "False"): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }          \n`;

const anyArray = fc
  .record({
    dtype: fc.constantFrom(...DTYPES),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    seed: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  })
  .map(({ dtype, shape, seed }): NdArray => {
    const array: NdArray = createNdArray(dtype, shape);
    const bytes = new Uint8Array(array.data.buffer);
    for (let index = 0; index < bytes.length; index++) {
      const byte = ((seed[index % 8] ?? 0) * (index + 7)) & 255;
      bytes[index] = dtype === "bool" ? byte & 1 : byte;
    }
    return array;
  });

// Ticket 13.
test("any array comes back, bit for bit", () => {
  fc.assert(
    fc.property(anyArray, (array) => {
      const bytes = writeNpy(array);
      const back = readNpy(bytes);
      expect([back.dtype, back.shape]).toEqual([array.dtype, array.shape]);
      expect(new Uint8Array(back.data.buffer)).toEqual(new Uint8Array(array.data.buffer));
      expect((bytes.length - array.data.byteLength) % 64).toBe(0);
    }),
    { numRuns: 300 },
  );
});

// Ticket 13.
test("writes what NumPy 2 writes", () => {
  const bytes = writeNpy(createNdArray("uint16", [3, 4]));
  const header = "{'descr': '<u2', 'fortran_order': False, 'shape': (3, 4), }";
  expect(Buffer.from(bytes.subarray(0, 128)).toString("latin1")).toBe(
    `\x93NUMPY\x01\x00v\x00${header.padEnd(117)}\n`,
  );
  const shapeOf = (shape: readonly number[]): string =>
    /\(.*\)/.exec(new TextDecoder().decode(writeNpy(createNdArray("bool", shape))))?.[0] ?? "";
  expect([shapeOf([]), shapeOf([5]), shapeOf([5, 0])]).toEqual(["()", "(5,)", "(5, 0)"]);
});

test("big-endian data and Fortran order become the machine's order and C order", () => {
  fc.assert(
    fc.property(anyArray, fc.boolean(), fc.boolean(), (array, isBig, isFortran) => {
      const itemBytes = itemSizeBytes(array.dtype);
      const source = isFortran ? fortranBytes(array) : new Uint8Array(array.data.buffer).slice();
      if (isBig) {
        swapInPlace(source, itemBytes);
      }
      const plain = Buffer.from(writeNpy(array).subarray(10, 128)).toString("latin1");
      const descr = /'descr': '(.)(..)'/.exec(plain)?.[2] ?? "";
      const order = itemBytes === 1 ? "|" : isBig ? ">" : "<";
      const tuple = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(", ")})`;
      const bytes = npyFile(
        dict(`'${order}${descr}'`, tuple, isFortran ? "True" : "False"),
        source,
        isBig ? 2 : 1,
      );
      expect(new Uint8Array(readNpy(bytes).data.buffer)).toEqual(new Uint8Array(array.data.buffer));
    }),
    { numRuns: 200 },
  );
});

function fortranBytes(array: NdArray): Uint8Array<ArrayBuffer> {
  const itemBytes = itemSizeBytes(array.dtype);
  const bytes = new Uint8Array(array.data.buffer);
  const result = new Uint8Array(bytes.length);
  for (let element = 0; element < array.data.length; element++) {
    let rest = element;
    const index = array.shape.toReversed().map((length) => {
      const at = rest % length;
      rest = Math.floor(rest / length);
      return at;
    });
    const place = index.reduce((sum, at, axis) => sum * (array.shape.toReversed()[axis] ?? 1) + at, 0);
    result.set(bytes.subarray(element * itemBytes, (element + 1) * itemBytes), place * itemBytes);
  }
  return result;
}

test.for([
  ["'|O'", "Python objects"],
  ["'<U5'", "<U5"],
  ["'|S3'", "|S3"],
  ["'<M8[ns]'", "M8"],
  ["'<c8'", "c8"],
  ["'<f2'", "f2"],
  ["'=u2'", "=u2"],
  ["'|u2'", "|u2"],
] as const)("type %s is not supported, and says so", async ([descr, words]) => {
  const error = await caught(() => readNpy(npyFile(dict(descr, "(1,)"), new Uint8Array(8))));
  expect(error.code).toBe("not_supported");
  expect(error.message).toContain(words);
});

test.for([
  ["structures", "[('a', '<u2')]", "(1,)"],
  ["code", "__import__('os').system('x')", "(1,)"],
  ["a leading zero", "'<u2'", "(04,)"],
  ["a negative length", "'<u2'", "(-1,)"],
  ["a shape that is a number", "'<u2'", "(4)"],
  ["a shape that overflows", "'<u2'", "(999999999999999, 999999999999999)"],
  ["more than 32 axes", "'<u2'", `(${"1, ".repeat(33)})`],
] as const)("%s in a header is no header", async ([, descr, shape]) => {
  expect(await codeOf(() => readNpy(npyFile(dict(descr, shape), new Uint8Array(8))))).toBe("invalid_file");
});

test.for([
  "",
  "{",
  "{}",
  "{'descr': '<u2'}",
  "{'descr': '<u2', 'fortran_order': False, 'shape': (1,), 'shape': (1,), }",
  "{'descr': '<u2', 'fortran_order': False, 'shape': (1,), 'more': 1, }",
  "{'descr': '<u2', 'fortran_order': 0, 'shape': (1,), }",
  "{'descr': True, 'fortran_order': False, 'shape': (1,), }",
  "{'descr': '<u2', 'fortran_order': False, 'shape': (1,), } + 1",
  "{'descr': '<u2', 'fortran_order': False, 'shape': (1,), }\u00a0\n",
  "{'descr':\v'<u2', 'fortran_order': False, 'shape': (1,), }\n",
])("%j is no header", async (header) => {
  expect(await codeOf(() => readNpy(npyFile(header, new Uint8Array(2))))).toBe("invalid_file");
});

test("sizes have to match to the byte, and headers have a limit", async () => {
  const good = npyFile(dict("'<u2'", "(2,)"), new Uint8Array(4));
  expect(readNpy(good).data).toHaveLength(2);
  expect(await caught(() => readNpy(good.subarray(0, -1)))).toMatchObject({
    details: { expected: 4, found: 3 },
  });
  expect(await codeOf(() => readNpy(Uint8Array.from([...good, 0])))).toBe("invalid_file");
  expect(await codeOf(() => readNpy(good.subarray(0, 30)))).toBe("invalid_file");
  expect(await codeOf(() => readNpy(good.subarray(0, 9)))).toBe("invalid_file");
  const lies = npyFile(dict("'<u2'", "(2,)"), new Uint8Array(4), 2);
  new DataView(lies.buffer).setUint32(8, 0xffffffff, true);
  expect(await codeOf(() => readNpy(lies))).toBe("invalid_file");
  const version = good.slice();
  version[6] = 9;
  expect(await codeOf(() => readNpy(version))).toBe("not_supported");
});

test("a boolean is 0 or 1", async () => {
  expect(await codeOf(() => readNpy(npyFile(dict("'|b1'", "(2,)"), Uint8Array.of(1, 2))))).toBe(
    "invalid_file",
  );
});

test("whatever bytes come, reading ends in an array or a typed error", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 90 }),
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(1, 2, 3),
      (header, data, version) => {
        try {
          readNpy(npyFile(header, data, version));
        } catch (error) {
          expect(error).toMatchObject({ name: "LegacyIoError" });
        }
      },
    ),
  );
});
