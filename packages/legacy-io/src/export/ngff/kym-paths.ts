// Where an object of an image stands in the folder `kym/` of an export.

import { ARTIFACTS } from "@kym/kym-schema";
import { imagePartKey, PIXELS_NODE_KEY, ZARR_NODE_NAME } from "@kym/zarr-store/layout";

/** The folder of an exported image that has what NGFF has no place for. */
export const KYM_FOLDER = "kym";
export const KYM_ROIS: string = `${KYM_FOLDER}/rois.geojson`;

const OWN_NAMES: ReadonlyMap<string, string> = new Map([
  [imagePartKey({ kind: "json", name: ARTIFACTS.metadata }), "metadata.json"],
  [imagePartKey({ kind: "json", name: ARTIFACTS.provenance }), "provenance.json"],
  [ZARR_NODE_NAME, "image.json"],
  [PIXELS_NODE_KEY, "pixels.json"],
]);

/** The folder of a dataset's image, and its name below `kym/`. */
const FOLDERS: readonly (readonly [string, string])[] = [
  [folderOf("json"), "artifacts"],
  [folderOf("array"), "arrays"],
  [folderOf("attachment"), "attachments"],
];

/** The path of an object, relative to the image's group; undefined for chunks of the pixels, which are level 0. */
export function kymPath(key: string): string | undefined {
  const own = OWN_NAMES.get(key);
  if (own !== undefined) {
    return `${KYM_FOLDER}/${own}`;
  }
  const [, name] = FOLDERS.find(([folder]) => key.startsWith(folder)) ?? [];
  return name === undefined ? undefined : `${KYM_FOLDER}/${name}/${key.slice(key.indexOf("/") + 1)}`;
}

function folderOf(kind: "json" | "array" | "attachment"): string {
  const key = imagePartKey({ kind, name: "any" });
  return key.slice(0, key.indexOf("/") + 1);
}
