/**
 * What lies where in a dataset, as paths below its root, and what a path means.
 *
 * @module
 */

export { ZARR_NODE_NAME } from "../commit/object-path.ts";
export {
  type ImagePart,
  imagePartKey,
  imagePartKeys,
  imagePartOf,
  imagePartPaths,
  isObjectOfPart,
  isPixelKey,
  pixelArray,
  tablePath,
} from "../dataset/layout.ts";
