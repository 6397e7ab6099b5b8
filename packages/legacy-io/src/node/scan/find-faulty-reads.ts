// Finds the images of a dataset that a reader with a silent fault may have read.

import type { Provenance } from "@kym/kym-schema";
import { INGEST_MODE } from "@kym/kym-schema/keys";
import { type DatasetContents, rowsOf } from "@kym/zarr-store";
import { imagePartOf } from "@kym/zarr-store/layout";
import { throwIfAborted } from "@kym/zarr-store/runtime";
import { schemaOfTable } from "@kym/zarr-store/table";
import { LegacyIoError } from "../../errors.ts";
import type { SidecarFormat } from "../../formats/sidecar-format.ts";
import { sidecarFormats } from "../../formats/sidecar-formats.ts";
import { isChannelPath } from "../../plan/compare-files.ts";
import { faultsOfReader } from "../../readers/faults-of-reader.ts";
import type { FaultyRead } from "../../readers/faulty-read.ts";
import type { ReaderFault, StoredColumn } from "../../readers/reader-fault.ts";
import { readersOfSidecars } from "../../readers/reader-of-sidecar.ts";
import { TIFF_READER } from "../../tiff/tiff-reader.ts";
import { storedFault } from "../files/stored-fault.ts";
import { loadProvenance } from "./load-provenance.ts";

type ImageRecord = ReturnType<DatasetContents["record"]>;

export interface FindFaultyReadsOptions {
  /** Sidecar formats of your own. Files of a format that is not given here are not judged. */
  readonly formats?: readonly SidecarFormat[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A file whose reader had faults, as far as the recorded version tells. */
interface Suspect {
  readonly path: string;
  readonly reader: string;
  readonly version: number | undefined;
  readonly faults: readonly ReaderFault[];
  /** The objects that were made from the file. */
  readonly artifacts: Provenance["sidecars"][number]["artifacts"];
}

/**
 * Finds the files of ingested images that a reader with a silent fault may have read wrong: those whose recorded reader has a
 * lower version than the one that mended the fault, or no version, and whose stored facts do not rule the fault out.
 *
 * `refreshFromFolder` with `again` reads these images again. An image that was not ingested has no reader. One that is damaged
 * is left out; `dataset.check` names it. Nothing is written.
 *
 * @throws LegacyIoError `invalid_argument` for `formats` that are not valid, `aborted`; errors of the dataset.
 *
 * @example
 * for (const { imageId, relPath, likelihood, fault } of await findFaultyReads(dataset)) {
 *   console.log(imageId, relPath, likelihood, fault.wrong);
 * }
 */
export async function findFaultyReads(
  dataset: Pick<DatasetContents, "listImageIds" | "record">,
  { formats, signal }: FindFaultyReadsOptions = {},
): Promise<readonly FaultyRead[]> {
  const all = sidecarFormats(formats);
  const found: FaultyRead[] = [];
  for (const id of await dataset.listImageIds()) {
    throwIfAborted(signal, LegacyIoError);
    try {
      found.push(...(await faultyReadsOf(dataset.record(id), all)));
    } catch (error) {
      if (storedFault(error) === undefined) {
        throw error;
      }
    }
  }
  return found;
}

async function faultyReadsOf(
  record: ImageRecord,
  formats: readonly SidecarFormat[],
): Promise<readonly FaultyRead[]> {
  const provenance = await loadProvenance(record);
  const suspects = provenance?.ingestMode === INGEST_MODE ? suspectsOf(provenance, formats) : [];
  if (provenance === undefined || suspects.length === 0) {
    return [];
  }
  const { dtype } = await record.openArray();
  const attributes = await record.attributes();
  const found: FaultyRead[] = [];
  for (const { path, reader, version, faults, artifacts } of suspects) {
    const columns = (): Promise<readonly StoredColumn[]> => columnsMadeOf(record, artifacts);
    for (const fault of faults) {
      const likelihood = await fault.likelihood({ dtype, attributes, columns });
      if (likelihood !== undefined) {
        const { sourcePrimaryPath: sourcePath, sourceRelPath: relPath } = provenance;
        found.push({ imageId: record.id, relPath, sourcePath, path, reader, version, likelihood, fault });
      }
    }
  }
  return found;
}

function suspectsOf(provenance: Provenance, formats: readonly SidecarFormat[]): readonly Suspect[] {
  const { sourcePrimaryPath, sidecars } = provenance;
  const judged = sidecars.filter(({ path, reader }) => isGeneric(reader) && !isChannelPath(path));
  const byName = readersOfSidecars(
    sourcePrimaryPath,
    judged.map(({ path }) => path),
    formats,
  );
  // A file that a format of its own reads since had every fault of that format.
  const nowOf = ({ path, reader }: Provenance["sidecars"][number]): typeof reader => {
    const name = byName.get(path);
    const isOwn =
      reader !== undefined && name !== undefined && name !== reader.name && OF_ACQSTORE.test(name);
    return isOwn ? { name, version: 1 } : reader;
  };
  const files = [
    {
      path: sourcePrimaryPath,
      artifacts: [],
      version: provenance.reader?.version,
      name: provenance.reader?.name ?? TIFF_READER.name,
    },
    ...sidecars
      // The other channels were read together with the first.
      .filter(({ path }) => !isChannelPath(path))
      .map((sidecar) => {
        const { path, artifacts } = sidecar;
        const reader = nowOf(sidecar);
        return { path, artifacts, version: reader?.version, name: reader?.name ?? byName.get(path) };
      }),
  ];
  return files.flatMap(({ path, name, version, artifacts }): readonly Suspect[] => {
    const faults = name === undefined ? [] : faultsOfReader(name, version, formats);
    return name === undefined || faults.length === 0
      ? []
      : [{ path, reader: name, version, faults, artifacts }];
  });
}

/** The formats that read any JSON or CSV beside an image, and those of acqstore, which came later. */
const GENERIC: ReadonlySet<string> = new Set(["json", "csv"]);
const OF_ACQSTORE = /^acqstore_/;

/** True if nothing says who read a file, or a format that reads any of its kind. */
function isGeneric(reader: Provenance["sidecars"][number]["reader"]): boolean {
  return reader === undefined || GENERIC.has(reader.name);
}

/** Loads the columns of those tables that are as the reader gave them. */
async function columnsMadeOf(
  record: ImageRecord,
  artifacts: Suspect["artifacts"],
): Promise<readonly StoredColumn[]> {
  const hashes = await record.objectHashes();
  const columns: StoredColumn[] = [];
  for (const { key, sha256 } of artifacts) {
    const part = imagePartOf(key);
    if (part?.kind === "parquet" && hashes.get(key) === sha256) {
      const table = await record.tables.load(part.name, { format: "parquet" });
      const long = new Set<string>();
      const missing = new Set<string>();
      for (const row of rowsOf(table)) {
        for (const [name, value] of Object.entries(row)) {
          if (typeof value === "number" && Math.abs(value) >= LONG_NUMBER && Number.isInteger(value)) {
            long.add(name);
          }
          if (typeof value === "string" && MISSING_WORD.test(value)) {
            missing.add(name);
          }
        }
      }
      columns.push(
        ...schemaOfTable(table).columns.map(({ name, type }) => ({
          ...{ name, type },
          hasLongNumber: long.has(name),
          hasMissingWord: missing.has(name),
        })),
      );
    }
  }
  return columns;
}

/** What R, pandas and Excel write for a missing value. */
const MISSING_WORD = /^(NA|N\/A|n\/a|#N\/A|#NA|<NA>|NaN|nan|null|NULL|None)$/;

/** The least whole number of 19 digits. */
const LONG_NUMBER = 1e18;
