// The tests that every `PixelStore` must pass, for any test framework.

import { createNdArray, type NdArray } from "../array/nd-array.ts";
import { type RegionSelection, sliceNdArray } from "../array/region.ts";
import type { PixelStore } from "../image/pixel-store.ts";
import { contractAssert } from "./contract-assert.ts";
import type { TestFramework } from "./readable-store-contract.ts";

const { equal, rejects } = contractAssert;

/** A fresh pixel store for one test. */
export interface PixelStoreUnderTest {
  readonly store: PixelStore;
  readonly dispose?: () => Promise<void>;
}

type PixelType = "uint8" | "uint16" | "float32";

/** The images that the suite asks for: with 2 to 5 axes, with and without channels. */
const IMAGES: readonly (readonly [PixelType, readonly number[], readonly string[]])[] = [
  ["uint16", [6, 4], ["t", "x"]],
  ["uint8", [1, 1], ["t", "x"]],
  ["float32", [2, 5, 3], ["c", "y", "x"]],
  ["uint16", [3, 2, 5, 4], ["z", "c", "y", "x"]],
  ["uint8", [2, 3, 2, 4, 5], ["t", "z", "c", "y", "x"]],
];

/**
 * Defines the tests that every {@link PixelStore} must pass. `open` makes a store of an image with the given pixels
 * and axes.
 *
 * @example
 * import { describe, it } from "vitest";
 * testPixelStoreContract({ describe, it }, "a record", async (array, axes) => {
 *   const record = await (await openDataset(memoryStore())).addImage(array, { axes });
 *   return { store: record.asPixelStore() };
 * });
 */
export function testPixelStoreContract(
  { describe, it }: TestFramework,
  name: string,
  open: (array: NdArray, axes: readonly string[]) => Promise<PixelStoreUnderTest>,
): void {
  describe(`the contract of a pixel store: ${name}`, () => {
    for (const [dtype, shape, axes] of IMAGES) {
      it(`gives every part of a ${dtype} image with the axes ${axes.join(", ")}`, async () => {
        const array = numbered(dtype, shape);
        const { store, dispose } = await open(array, axes);
        try {
          await checkImage(store, array, axes);
        } finally {
          await dispose?.();
        }
      });
    }
  });
}

async function checkImage(store: PixelStore, array: NdArray, axes: readonly string[]): Promise<void> {
  const { shape, dtype } = array;
  equal(await store.describe(), { shape, dtype, axes }, "what it says");
  for (const selection of selectionsOf(shape)) {
    const found = await store.loadRegion(selection);
    equal(textOf(found), textOf(sliceNdArray(array, selection)), `the region ${JSON.stringify(selection)}`);
  }
  const channelAxis = axes.indexOf("c");
  const channelCount = channelAxis < 0 ? 1 : (shape[channelAxis] ?? 0);
  for (let channel = 1; channel <= channelCount; channel++) {
    const part = sliceNdArray(
      array,
      shape.map((_, axis) => (axis === channelAxis ? { start: channel - 1, stop: channel } : undefined)),
    );
    const expected = { ...part, shape: shape.filter((_, axis) => axis !== channelAxis) };
    equal(textOf(await store.loadChannel(channel)), textOf(expected), `channel ${channel}`);
  }
  for (const channel of [0, -1, channelCount + 1, 1.5, Number.NaN]) {
    await rejects(() => store.loadChannel(channel), "invalid_argument", `channel ${channel}`);
  }
  for (const selection of badSelectionsOf(shape)) {
    const what = `the region ${JSON.stringify(selection)}`;
    await rejects(() => store.loadRegion(selection), "invalid_argument", what);
  }
  const signal = AbortSignal.abort();
  await rejects(() => store.loadChannel(1, { signal }), "aborted", "after an abort");
  const first = await store.loadChannel(1);
  new Uint8Array(first.data.buffer).fill(7);
  equal(
    textOf(await store.loadRegion(shape.map(() => undefined))),
    textOf(array),
    "the image after what was read from it was changed",
  );
}

/** Selects everything, one element, an inner part, the last element of each axis, and nothing. */
function selectionsOf(shape: readonly number[]): readonly RegionSelection[] {
  const inner = shape.map((length) => ({ start: Math.min(1, length - 1), stop: length }));
  return [
    shape.map(() => undefined),
    inner,
    shape.map(() => ({ start: 0, stop: 1 })),
    shape.map((length) => ({ start: length - 1, stop: length })),
    ...shape.map((_, axis) => inner.map((range, other) => (other === axis ? range : undefined))),
    ...shape.map((_, axis) => shape.map((_, other) => (other === axis ? { start: 0, stop: 0 } : undefined))),
  ];
}

function badSelectionsOf(shape: readonly number[]): readonly RegionSelection[] {
  const whole = shape.map((length) => ({ start: 0, stop: length }));
  const changed = (start: number, stop: number): RegionSelection => [...whole.slice(1), { start, stop }];
  const last = shape.at(-1) ?? 0;
  return [
    [],
    whole.slice(1),
    [...whole, undefined],
    changed(0, last + 1),
    changed(-1, 1),
    changed(1, 0),
    changed(0.5, 1),
  ];
}

/** An array whose elements count up from 1. */
function numbered(dtype: PixelType, shape: readonly number[]): NdArray {
  const array = createNdArray(dtype, shape);
  array.data.set(Array.from(array.data, (_, index) => index + 1));
  return array;
}

function textOf({ dtype, shape, data }: NdArray): string {
  return JSON.stringify([dtype, shape, Array.from<number | bigint, string>(data, String)]);
}
