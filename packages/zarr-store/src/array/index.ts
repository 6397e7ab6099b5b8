/**
 * Arrays in memory: their types, shapes, axes, regions and bytes.
 *
 * @module
 */

export { defaultAxes } from "./axes.ts";
export { type AxisScale, type AxisScales, axisScalesOf } from "./axis-scale.ts";
export { DTYPES, isDType, itemSizeBytes, type TypedArrayByDType } from "./dtype.ts";
export { encodeArrayNode, parseArrayMetadata } from "./metadata/array-metadata.ts";
export type { ArrayMetadata } from "./metadata/array-metadata-model.ts";
export { createNdArray, joinArrays, ndArrayBytes, planeOf } from "./nd-array.ts";
export { type ChunkReader, type ReadArrayOptions, readArray } from "./read-array.ts";
export { type Region, resolveSelection, sliceNdArray } from "./region.ts";
export { type ArrayObject, encodeArrayObjects, planArrayWrite } from "./write-array.ts";
