// Copies and fills blocks of C-ordered arrays, a whole run of elements at a time.

/** The place of a block in a C-ordered array: the array's shape, and the block's first element. */
export interface BlockPlace {
  readonly shape: readonly number[];
  readonly start: readonly number[];
}

/** A {@link BlockPlace} with the memory of the array. */
export interface BlockMemory extends BlockPlace {
  readonly bytes: Uint8Array;
}

/** For fewer bytes, a plain loop is faster than a call of `set`. */
const SHORT_RUN_BYTES = 16;

/** Copies a block of `extent` elements from one C-ordered array into another of the same element size. */
export function copyBlock(
  source: BlockMemory,
  target: BlockMemory,
  extent: readonly number[],
  itemSizeBytes: number,
): void {
  forEachRun(source, target, extent, (from, to, length) => {
    const sourceStart = from * itemSizeBytes;
    const targetStart = to * itemSizeBytes;
    const size = length * itemSizeBytes;
    if (size >= SHORT_RUN_BYTES) {
      target.bytes.set(source.bytes.subarray(sourceStart, sourceStart + size), targetStart);
      return;
    }
    for (let i = 0; i < size; i += 1) {
      target.bytes[targetStart + i] = source.bytes[sourceStart + i] ?? 0;
    }
  });
}

/** Fills a block of `extent` elements with one element, given as its bytes. */
export function fillBlock(target: BlockMemory, extent: readonly number[], item: Uint8Array): void {
  forEachRun(target, target, extent, (start, _, length) => {
    fillBytes(target.bytes.subarray(start * item.length, (start + length) * item.length), item);
  });
}

/** Fills memory with copies of an element. The memory must be a whole number of elements long. */
export function fillBytes(bytes: Uint8Array, item: Uint8Array): void {
  if (item.every((byte) => byte === item[0])) {
    bytes.fill(item[0] ?? 0);
    return;
  }
  bytes.set(item.subarray(0, bytes.length));
  for (let filled = item.length; filled < bytes.length; filled *= 2) {
    bytes.copyWithin(filled, 0, Math.min(filled, bytes.length - filled));
  }
}

/** The offset of a block's first element, if the block is contiguous in its array; otherwise undefined. */
export function contiguousOffset(place: BlockPlace, extent: readonly number[]): number | undefined {
  const first = extent.findIndex((length) => length !== 1);
  const isWhole = extent.every((length, axis) => first < 0 || axis <= first || length === place.shape[axis]);
  return isWhole ? offsetOf(place) : undefined;
}

/** Visits the runs of elements that are contiguous in both arrays, in C order, by their element offsets. */
function forEachRun(
  a: BlockPlace,
  b: BlockPlace,
  extent: readonly number[],
  visit: (offsetA: number, offsetB: number, length: number) => void,
): void {
  if (extent.includes(0)) {
    return;
  }
  const runAxis = firstAxisOfRun(a.shape, b.shape, extent);
  const run = extent.slice(runAxis).reduce((product, length) => product * length, 1);
  const stridesA = stridesOf(a.shape);
  const stridesB = stridesOf(b.shape);
  const index = extent.slice(0, runAxis).map(() => 0);
  let offsetA = offsetOf(a);
  let offsetB = offsetOf(b);
  for (;;) {
    visit(offsetA, offsetB, run);
    let axis = runAxis - 1;
    for (; axis >= 0; axis -= 1) {
      const i = (index[axis] ?? 0) + 1;
      const strideA = stridesA[axis] ?? 0;
      const strideB = stridesB[axis] ?? 0;
      if (i < (extent[axis] ?? 0)) {
        index[axis] = i;
        offsetA += strideA;
        offsetB += strideB;
        break;
      }
      index[axis] = 0;
      offsetA -= (i - 1) * strideA;
      offsetB -= (i - 1) * strideB;
    }
    if (axis < 0) {
      return;
    }
  }
}

/** The slowest axis from which on the block's elements are contiguous in both arrays. */
function firstAxisOfRun(
  shapeA: readonly number[],
  shapeB: readonly number[],
  extent: readonly number[],
): number {
  let axis = extent.length;
  do {
    axis = Math.max(0, axis - 1);
  } while (axis > 0 && extent[axis] === shapeA[axis] && extent[axis] === shapeB[axis]);
  return axis;
}

/** The strides of a C-ordered array: how many elements apart neighbours along each axis are. */
export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const length of shape.toReversed()) {
    strides.unshift(stride);
    stride *= length;
  }
  return strides;
}

function offsetOf({ shape, start }: BlockPlace): number {
  return start.reduce((offset, i, axis) => offset * (shape[axis] ?? 1) + i, 0);
}
