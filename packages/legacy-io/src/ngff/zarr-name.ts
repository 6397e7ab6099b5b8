// The names of folders and archives that hold OME-Zarr images.

const ENDING = /(\.cs)?(\.ome)?\.zarr(\.zip)?$|\.ozx$/i;
const ARCHIVE = /\.(zarr\.zip|ozx)$/i;

/** The stem of a Zarr folder's name, or of its archive's: `a` of `a.cs.ome.zarr.zip`; undefined for other names. */
export function zarrStem(name: string): string | undefined {
  const stem = name.replace(ENDING, "");
  return stem === name || stem === "" ? undefined : stem;
}

/** True for the name of a zip file that may hold OME-Zarr images. */
export function isZarrArchive(name: string): boolean {
  return ARCHIVE.test(name);
}
