import type { ZarrDataset } from "@kym/zarr-store";
import { LegacyIoError } from "../../errors.ts";
import type { OnChange, RefreshMode } from "../../plan/decide-refresh.ts";
import type { IngestReport } from "../../plan/ingest-report.ts";
import type { RefreshOptions } from "./ingest-options.ts";
import { syncFolder } from "./sync-folder.ts";

const MODES: readonly RefreshMode[] = ["skip", "reingest_if_changed"];
const ON_CHANGE: readonly OnChange[] = ["new-record", "supersede"];

/**
 * Brings a dataset to what a folder holds now (ticket 6, design §6). Each TIFF and every sidecar is compared with what was
 * taken in, by size and time, then by hash; what is new is taken in. A changed sidecar replaces exactly the artifacts that
 * were made of it; one that was edited in the dataset since stays, the file becomes an attachment, and the report says
 * conflict. A changed TIFF is left alone in mode `skip`; in mode `reingest_if_changed` it becomes a new record, which with
 * `onChange: "supersede"` takes the old one's place, with its ROIs and `accepted`, in one commit. Moved files keep their
 * record; deleted images do not come back. The folder is only read; one that `exportLegacyFolder` wrote is restored. `newImageIds` are the ids of new records.
 *
 * Errors: `invalid_argument` for another mode and for what is no folder; `not_found`, `io` and `aborted`; those of the dataset.
 */
export async function refreshFromFolder(
  dataset: ZarrDataset,
  folder: string,
  options: RefreshOptions = {},
): Promise<IngestReport> {
  const { mode = "skip", onChange = "new-record" } = options;
  assertOneOf("mode", mode, MODES);
  assertOneOf("onChange", onChange, ON_CHANGE);
  return syncFolder(dataset, folder, { mode, onChange }, options);
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
