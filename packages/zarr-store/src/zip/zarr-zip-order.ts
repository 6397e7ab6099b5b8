// The order of files in a zip file that holds a Zarr hierarchy.

/** The file of a node, as Zarr v3 names it. */
export const ZARR_NODE = "zarr.json";

/**
 * Compares two keys: the `zarr.json` of the root comes first, then all others breadth first, then everything else. Equal depths are
 * sorted by code unit.
 *
 * So a reader finds what a hierarchy holds in one piece at the beginning. Source: NGFF RFC-9, "Zipped OME-Zarr".
 */
export function compareZarrZipKeys(a: string, b: string): number {
  const [depthA, depthB] = [nodeDepth(a), nodeDepth(b)];
  return depthA === depthB ? (a < b ? -1 : a > b ? 1 : 0) : depthA - depthB;
}

/** How deep the `zarr.json` of a node lies; infinite for any other file. */
function nodeDepth(key: string): number {
  const parts = key.split("/");
  return parts.at(-1) === ZARR_NODE ? parts.length : Number.MAX_SAFE_INTEGER;
}

/**
 * The comment of an RFC-9 file (`.ozx`): which OME-Zarr version it holds, and that the directory has each `zarr.json` first.
 *
 * @param version of OME-Zarr, such as `0.5`
 */
export function ozxComment(version: string): Uint8Array<ArrayBuffer> {
  const comment = { ome: { version, zipFile: { centralDirectory: { jsonFirst: true } } } };
  return new TextEncoder().encode(JSON.stringify(comment));
}
