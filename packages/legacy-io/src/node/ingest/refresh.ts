// Brings a dataset up to date with a lab's folder that went on changing.

import type { ZarrDataset } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";
import type { OnChange, RefreshMode } from "../../plan/decide-refresh.ts";
import type { IngestReport } from "../../plan/ingest-report.ts";
import type { RefreshOptions } from "./ingest-options.ts";
import { syncFolder } from "./sync-folder.ts";

const MODES: readonly RefreshMode[] = ["skip", "reingest_if_changed"];
const ON_CHANGE: readonly OnChange[] = ["new-record", "supersede"];

/**
 * Brings a dataset up to date with a folder.
 *
 * Each TIFF and each sidecar is compared with what was ingested: first by size and modification time, then by hash. With
 * `verify`, every file is hashed. A sidecar is hashed as well where its time says little: it is not kept to the nanosecond, or the
 * file was new when it was read.
 *
 * | in the folder | in the dataset |
 * |---|---|
 * | new TIFF | ingested as a new record |
 * | changed or new sidecar | exactly the artifacts made from it are replaced |
 * | changed sidecar of an artifact that was edited in the dataset | the edit stays, the file becomes an attachment, the report lists a conflict |
 * | TIFF that was saved again with the same pixels | the record stays; what the TIFF says besides is updated |
 * | changed TIFF, mode `skip` | left alone |
 * | changed TIFF, mode `reingest_if_changed` | ingested as a new record |
 * | … with `onChange: "supersede"` | the new record replaces the old one in the same commit, and keeps its ROIs and `accepted` |
 * | moved files | the record stays and knows their new paths |
 * | unchanged file that a reader with a known fault read, with `again` | read again; pixels that differ make a new record in place of the old one, artifacts that differ are replaced |
 * | file of an image that was deleted from the dataset | not ingested again |
 *
 * The folder is only read. A folder that `exportLegacyFolder` wrote is restored.
 *
 * With `again`, a note names each image to be read again whose TIFF is not in the folder.
 *
 * @throws LegacyIoError `invalid_argument` for an unknown mode, if the path is not a folder, or for `again` with a folder
 * that an export wrote, `not_found`, `io`,
 * `aborted`; errors of the dataset.
 *
 * @example
 * const { updated, conflicts } = await refreshFromFolder(dataset, "lab/20250722");
 */
export async function refreshFromFolder(
  dataset: ZarrDataset,
  folder: string,
  options: RefreshOptions = {},
): Promise<IngestReport> {
  const { mode = "skip", onChange = "new-record", again = false, verify = false } = options;
  assertOneOf("mode", mode, MODES);
  assertOneOf("onChange", onChange, ON_CHANGE);
  return syncFolder(dataset, folder, { mode, onChange, again, verify }, options);
}

function assertOneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) {
    const choices = allowed.map((choice) => JSON.stringify(choice)).join(" or ");
    throw new LegacyIoError("invalid_argument", `${name} is ${choices}, not ${JSON.stringify(value)}`, {
      expected: allowed,
      found: value,
    });
  }
}
