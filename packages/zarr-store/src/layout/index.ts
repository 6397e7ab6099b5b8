/**
 * Where everything lies in a dataset, as paths below its root, and what a path stands for.
 *
 * @module
 */

export { ZARR_NODE_NAME } from "../commit/object-path.ts";
export {
  derivedKey,
  type ImagePart,
  imageObjectOf,
  imageObjectPath,
  imagePartKey,
  imagePartKeys,
  imagePartOf,
  imagePartPaths,
  isDerivedKey,
  isObjectOfPart,
  isPixelKey,
  KEPT_IMAGES,
  keptImageFolder,
  keptObjectPath,
  meaningOf,
  type PathMeaning,
  PIXELS_NODE_KEY,
  pixelArray,
  pixelKey,
  tableFolder,
  tablePartPath,
  tablePath,
  undottedChunkKey,
} from "../dataset/layout.ts";
export { parseArtifactName } from "../image/artifact-name.ts";
