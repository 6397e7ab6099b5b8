// Files of OME-Zarr images and of acqstore's collections, made from the descriptions of the formats.

import { acqstoreJson, analysis } from "./acqstore-files.ts";

/** Files by their path below a folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** What tests change of an image. */
export interface ZarrImageParts {
  readonly shape?: readonly number[];
  readonly chunk?: readonly number[];
  readonly axes?: readonly object[];
  readonly scale?: readonly number[];
  readonly attributes?: object;
  readonly zarrJson?: object;
  readonly version?: string;
}

const AXES = [
  { name: "y", type: "space", unit: "seconds" },
  { name: "x", type: "space", unit: "um" },
];

/** The values 0, 1, 2, … as uint16, little-endian. */
export function counted(count: number, from = 0): Uint8Array {
  return new Uint8Array(Uint16Array.from({ length: count }, (_, index) => from + index).buffer);
}

/** An image of Zarr v3 in one chunk that is not compressed: 4 lines of 3 pixels, unless said otherwise. */
export function zarrImage(folder: string, parts: ZarrImageParts = {}): Files {
  const { shape = [4, 3], chunk = shape, axes = AXES, scale = [0.002, 0.5] } = parts;
  const { attributes = {}, zarrJson = {}, version = "0.5" } = parts;
  const datasets = [{ path: "0", coordinateTransformations: [{ type: "scale", scale }] }];
  const ome = { version, multiscales: [{ name: "image", axes, datasets }] };
  const count = Math.min(
    4096,
    chunk.reduce((product, length) => product * length, 1),
  );
  return {
    [`${folder}/zarr.json`]: JSON.stringify({
      ...{ zarr_format: 3, node_type: "group" },
      attributes: { ome, ...attributes },
    }),
    [`${folder}/0/zarr.json`]: JSON.stringify({
      ...{ zarr_format: 3, node_type: "array", shape, data_type: "uint16", fill_value: 0 },
      chunk_grid: { name: "regular", configuration: { chunk_shape: chunk } },
      chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
      codecs: [{ name: "bytes", configuration: { endian: "little" } }],
      ...{ attributes: {}, dimension_names: axes.map((axis) => Object.values(axis)[0]) },
      ...zarrJson,
    }),
    [`${folder}/0/c/${shape.map(() => 0).join("/")}`]: counted(count),
  };
}

export const STORED_RADON =
  "time_s,time_index,theta_deg,velocity\n0.002,1.0,45.0,250.0\n0.004,2.0,90.0,0.0\n";

/** acqstore's manifest of an image with one velocity table. */
export function manifest(change: object = {}): string {
  return JSON.stringify({
    ...{ format: "acqstore-native-ome-zarr", version: 2, zarr_format: 3 },
    ...{ image_group: ".", sidecar: "acqstore/acq_image.json" },
    analyses: [
      {
        ...{ id: "radon_velocity__c0__r1", analysis_name: "radon_velocity", channel: 0, roi_id: 1 },
        resources: { table: "acqstore/analysis/radon_velocity__c0__r1.table.csv", peaks: null },
      },
    ],
    ...change,
  });
}

/** An image as acqstore stores it: pixels, one ROI and one velocity analysis. */
export function storedImage(folder: string, parts: ZarrImageParts = {}, documents: object = {}): Files {
  return {
    ...zarrImage(folder, parts),
    [`${folder}/acqstore/manifest.json`]: manifest(),
    [`${folder}/acqstore/acq_image.json`]: acqstoreJson({ analysis: [analysis("radon_velocity", 1)] }),
    [`${folder}/acqstore/analysis/radon_velocity__c0__r1.table.csv`]: STORED_RADON,
    ...documents,
  };
}

/** An entry of a collection. */
export function entry(id: string, change: object = {}): object {
  const path = `acq_images/${id}`;
  return {
    ...{ id, name: `${id}.tif`, ome_zarr_path: path },
    ...{ sidecar_path: `${path}/acqstore/acq_image.json`, manifest_path: `${path}/acqstore/manifest.json` },
    source: { filename: `${id}.tif`, relative_path: `day/${id}.tif` },
    summary: {},
    ...change,
  };
}

/** The document of a collection. */
export function collection(entries: readonly object[], change: object = {}): string {
  return JSON.stringify({
    ...{ format: "acqstore-acq-image-collection", version: 1, zarr_format: 3, name: "lab" },
    ...{ acq_images: entries, analysis_tables: {}, acqstore_version: "0.2.0" },
    ...change,
  });
}
