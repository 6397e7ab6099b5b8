/** Zarr arrays as objects by key: how they are written and read, whatever holds the objects. */
export { type ChunkReader, type ReadArrayOptions, readArray } from "./read-array.ts";
export {
  type ArrayForm,
  type ArrayObject,
  type ArrayRows,
  type ArrayWritePlan,
  type EncodeArrayOptions,
  encodeArrayFromRows,
  encodeArrayObjects,
  type PlanArrayWriteOptions,
  planArrayWrite,
  type ReadRows,
} from "./write-array.ts";
