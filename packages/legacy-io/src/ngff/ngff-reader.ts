// The name and the version of the reader of OME-Zarr images, which are stored with each image that it reads.

/** The version is raised when a fault is mended that gave something wrong without an error. */
export const NGFF_READER = { name: "ome_zarr", version: 1 } as const;
