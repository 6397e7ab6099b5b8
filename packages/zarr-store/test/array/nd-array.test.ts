import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  allocateTypedArray,
  DTYPES,
  isDType,
  isTypedArrayOf,
  itemSizeBytes,
  type TypedArrayOf,
  typedArrayOver,
} from "../../src/array/dtype.ts";
import { createNdArray, isNdArrayOf, type NdArray, ndArrayBytes, planeOf } from "../../src/array/nd-array.ts";
import { type RegionSelection, sliceNdArray } from "../../src/array/region.ts";
import { MACHINE_ENDIAN, swapByteOrder } from "../../src/bytes/byte-order.ts";
import { arbitraryArray, bytesOf, naiveSlice, selectionOf } from "./arbitrary-array.ts";

const invalid = expect.objectContaining({ code: "invalid_argument" });

describe("new arrays", () => {
  it("createNdArray takes data as they are, or makes zeros", () => {
    const data = new Int16Array([1, 2, 3, 4, 5, 6]);
    expect(createNdArray("int16", [2, 3], data).data).toBe(data);
    expect(createNdArray("uint64", [2]).data).toEqual(new BigUint64Array(2));
    expect(createNdArray("float32", []).data).toEqual(new Float32Array(1));
    expect(createNdArray("float32", [3, 0, 2]).data).toEqual(new Float32Array(0));
  });

  it("createNdArray does not follow later changes of the shape that it was given", () => {
    const shape = [1, 2];
    const array = createNdArray("uint8", shape);
    shape[0] = 5;
    expect(array.shape).toEqual([1, 2]);
  });

  it.each<[string, () => NdArray]>([
    ["too few elements", () => createNdArray("uint8", [2, 3], new Uint8Array(5))],
    ["too many elements", () => createNdArray("uint8", [2, 3], new Uint8Array(7))],
    ["a negative length", () => createNdArray("uint8", [-1, -1], new Uint8Array(1))],
    ["a broken length", () => createNdArray("uint8", [1.5, 2], new Uint8Array(3))],
    ["a length that is no number", () => createNdArray("uint8", [Number.NaN], new Uint8Array(0))],
    ["a product beyond 2^53", () => createNdArray("uint8", [2 ** 30, 2 ** 30], new Uint8Array(0))],
    ["a huge length beside a zero", () => createNdArray("uint8", [2 ** 60, 0], new Uint8Array(0))],
    ["another kind of typed array", () => createNdArray("uint16", [1], new Int16Array(1) as never)],
    ["a plain list", () => createNdArray("uint16", [1], [1] as never)],
    ["a bool of 2", () => createNdArray("bool", [1], new Uint8Array([2]))],
    ["an unknown dtype", () => createNdArray("float16" as never, [1], new Uint16Array(1) as never)],
    [
      "a dtype of the prototype",
      () => createNdArray("constructor" as never, [1], new Uint16Array(1) as never),
    ],
  ])("createNdArray refuses %s", (_, create) => {
    expect(create).toThrow(invalid);
  });
});

describe("dtypes", () => {
  it.each(DTYPES)("the dtype %s has its own typed array and item size", (dtype) => {
    const data = allocateTypedArray(dtype, 3);
    expect(data).toHaveLength(3);
    expect(data.BYTES_PER_ELEMENT).toBe(itemSizeBytes(dtype));
    expect(isTypedArrayOf(dtype, data)).toBe(true);
    expect(isTypedArrayOf(dtype, new DataView(data.buffer))).toBe(false);
  });

  it("dtypes are told from other names", () => {
    expect([...DTYPES, "float16", "toString", "", 3].filter(isDType)).toEqual(DTYPES);
  });

  it("bytes are viewed as elements where they are aligned, and copied where not", () => {
    const bytes = new Uint8Array([9, 1, 2, 3, 4]);
    expect(typedArrayOver("uint16", bytes.subarray(0, 4)).buffer).toBe(bytes.buffer);
    expect(new Uint8Array(typedArrayOver("uint16", bytes.subarray(1)).buffer)).toEqual(
      new Uint8Array([1, 2, 3, 4]),
    );
  });

  it("a dtype gives the type of the data", () => {
    const array: NdArray = createNdArray("uint16", [1]);
    expect(isNdArrayOf(array, "int16")).toBe(false);
    if (isNdArrayOf(array, "uint16")) {
      expectTypeOf(array.data).toEqualTypeOf<Uint16Array<ArrayBuffer>>();
    }
    expectTypeOf<TypedArrayOf<"bool">>().toEqualTypeOf<Uint8Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"int8">>().toEqualTypeOf<Int8Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"int16">>().toEqualTypeOf<Int16Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"int32">>().toEqualTypeOf<Int32Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"int64">>().toEqualTypeOf<BigInt64Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"uint8">>().toEqualTypeOf<Uint8Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"uint16">>().toEqualTypeOf<Uint16Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"uint32">>().toEqualTypeOf<Uint32Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"uint64">>().toEqualTypeOf<BigUint64Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"float32">>().toEqualTypeOf<Float32Array<ArrayBuffer>>();
    expectTypeOf<TypedArrayOf<"float64">>().toEqualTypeOf<Float64Array<ArrayBuffer>>();
    // @ts-expect-error A dtype takes no other dtype's data.
    expect(() => createNdArray("uint16", [1], new Float32Array(1))).toThrow(invalid);
  });
});

describe("byte order", () => {
  it("the bytes of an array are little-endian, and a view of its memory where the machine is", () => {
    const buffer = new ArrayBuffer(8);
    const array = createNdArray("uint16", [2], new Uint16Array(buffer, 2, 2));
    array.data.set([0x0102, 0x0304]);
    expect([...ndArrayBytes(array)]).toEqual([2, 1, 4, 3]);
    expect(ndArrayBytes(array).buffer === buffer).toBe(MACHINE_ENDIAN === "little");
  });

  it("the bytes of an array change their order in each element, and after twice are as before", () => {
    expect([...swapByteOrder(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), 8)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 4, 8), fc.uint8Array({ maxLength: 64 }), (size, bytes) => {
        const whole = bytes.subarray(0, bytes.length - (bytes.length % size));
        const swapped = swapByteOrder(whole, size);
        const naive = Array.from(whole, (_, i) => whole[i - (i % size) + size - 1 - (i % size)]);
        expect([...swapped]).toEqual(naive);
        expect([...swapByteOrder(swapped, size)]).toEqual([...whole]);
      }),
    );
  });
});

describe("planes", () => {
  const array = createNdArray(
    "uint16",
    [2, 3, 2, 2],
    Uint16Array.from({ length: 24 }, (_, i) => i),
  );

  it("a plane is a view of the last two axes of an array", () => {
    const plane = planeOf(array, [1, 2]);
    expect(plane).toEqual({ dtype: "uint16", shape: [2, 2], data: new Uint16Array([20, 21, 22, 23]) });
    expect(plane.data.buffer).toBe(array.data.buffer);
    expect(planeOf(array).data).toEqual(new Uint16Array([0, 1, 2, 3]));
    const flat = createNdArray("uint8", [2, 3]);
    expect(planeOf(flat)).toEqual(flat);
  });

  it.each([[[2, 0]], [[0, 3]], [[-1, 0]], [[0.5, 0]], [[0]], [[0, 0, 0]]])(
    "there is no plane at %o",
    (index) => {
      expect(() => planeOf(array, index)).toThrow(invalid);
    },
  );

  it("there is no plane in an array of one axis, or of none", () => {
    expect(() => planeOf(createNdArray("uint8", [3]))).toThrow(invalid);
    expect(() => planeOf(createNdArray("uint8", []))).toThrow(invalid);
  });
});

describe("slices", () => {
  it("slicing an array copies the elements of the region, whatever array and region", () => {
    const cases = arbitraryArray.chain((array) => fc.tuple(fc.constant(array), selectionOf(array.shape)));
    fc.assert(
      fc.property(cases, ([array, selection]) => {
        const slice = sliceNdArray(array, selection);
        const expected = naiveSlice(array, selection);
        expect(slice.shape).toEqual(expected.shape);
        expect(bytesOf(slice).equals(bytesOf(expected))).toBe(true);
        expect(slice.data.buffer).not.toBe(array.data.buffer);
      }),
      { numRuns: 500 },
    );
  });

  it("slicing an array refuses what does not fit", () => {
    const array = createNdArray("uint8", [2, 3]);
    const selections: readonly RegionSelection[] = [
      [undefined],
      [{ start: 0, stop: 3 }, undefined],
      [{ start: 2, stop: 1 }, undefined],
      [{ start: -1, stop: 1 }, undefined],
      [{ start: 0, stop: Number.NaN }, undefined],
    ];
    for (const selection of selections) {
      expect(() => sliceNdArray(array, selection)).toThrow(invalid);
    }
  });
});
