// Zarr arrays as objects by key: how they are written and read, wherever the objects are stored.

export { type ChunkReader, type ReadArrayOptions, readArray } from "./read-array.ts";
export {
  type ArrayForm,
  type ArrayObject,
  type ArrayRows,
  type ArrayWritePlan,
  arrayNode,
  type EncodeArrayOptions,
  type EncodedArray,
  encodeArrayFromRows,
  encodeArrayObjects,
  type PlanArrayWriteOptions,
  planArrayWrite,
  type ReadRows,
  type StagedArray,
  type StagedObject,
} from "./write-array.ts";
