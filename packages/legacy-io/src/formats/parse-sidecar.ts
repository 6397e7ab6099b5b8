// Runs a format's `parse` on a file, decodes the tables that it leaves to be decoded, and checks the result if the format is not a built-in one.

import { createNdArray, isZarrStoreError } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { parseLossless } from "@kym/zarr-store/json";
import { assertTableMatches, decodeParquet, schemaOfTable, tableFromColumns } from "@kym/zarr-store/table";
import { isLegacyIoError, LegacyIoError } from "../errors.ts";
import { assertParsedSize, MAX_SIDECAR_CELLS, MAX_UNPACKED_BYTES } from "../sidecar-limits.ts";
import { ALL_FORMATS } from "./all-formats.ts";
import { warningsOfCsv } from "./sidecar-csv.ts";
import type {
  ArtifactRef,
  GivenArtifact,
  SidecarFacts,
  SidecarFormat,
  SidecarSource,
  TableFile,
} from "./sidecar-format.ts";
import { STORED_FORMATS } from "./sidecars/acqstore-stored-formats.ts";

/** What a file says, or why it could not be read. */
export type SidecarMeaning =
  | { readonly kind: "understood"; readonly format: SidecarFormat; readonly facts: SidecarFacts }
  /** The file is kept unchanged, as an attachment. */
  | { readonly kind: "opaque"; readonly reason: string; readonly cause: Error | undefined };

/** The most that `parse` of an added format may return for one file. */
const MAX_ARTIFACTS = 256;
const MAX_GIVEN_BYTES = 256 * 2 ** 20;
const MAX_EVENTS = 2 ** 20;

/** Formats whose files take no more memory than they have bytes. */
const AS_IT_IS: ReadonlySet<string> = new Set(["npy"]);

/**
 * Reads a file with its format. A `LegacyIoError` or `ZarrStoreError` from the format means that the file is kept as an
 * attachment, and so does any error of a built-in format: it concerns this file alone. A file of more than 32 MiB is not parsed.
 * @throws {LegacyIoError} `invalid_argument` if an added format throws any other error, or returns
 * - an artifact that it did not announce, or one that does not fit its shape or schema;
 * - more than 256 artifacts, 256 MiB or 1 048 576 events.
 */
export async function parseSidecar(
  format: SidecarFormat,
  bytes: Uint8Array<ArrayBuffer>,
  source: SidecarSource,
): Promise<SidecarMeaning> {
  let facts: SidecarFacts;
  try {
    if (!isAdded(format) && !AS_IT_IS.has(format.name)) {
      assertParsedSize(bytes.length, source.relPath);
    }
    facts = await decodeTables(withCsvWarnings(await format.parse(bytes, source)), source.relPath);
  } catch (error) {
    if (isLegacyIoError(error) || isZarrStoreError(error)) {
      return { kind: "opaque", reason: error.message, cause: error };
    }
    if (!isAdded(format)) {
      const reason = `it could not be parsed: ${String(error)}`;
      return { kind: "opaque", reason, cause: error instanceof Error ? error : undefined };
    }
    throw formatFault(format, source, `it threw ${String(error)}`, error);
  }
  if (isAdded(format)) {
    try {
      checkFacts(format, facts, source);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw formatFault(format, source, reason, error);
    }
  }
  return { kind: "understood", format, facts };
}

/** The facts with a warning for each CSV whose encoding was assumed. */
function withCsvWarnings(facts: SidecarFacts): SidecarFacts {
  const { tables = [], trace, acqstoreTable, warnings = [] } = facts;
  const csvs = tables.map((file) => ("csv" in file ? file.csv : undefined));
  const files = [...csvs, trace?.table, acqstoreTable?.table];
  const ofFiles = files.flatMap((file) => (file === undefined ? [] : warningsOfCsv(file)));
  return ofFiles.length === 0 ? facts : { ...facts, warnings: [...warnings, ...ofFiles] };
}

/**
 * The facts with their tables decoded, as artifacts. `where` names the file in messages.
 *
 * @throws {ZarrStoreError} `invalid_file` or `not_supported` for a Parquet file that cannot be read
 */
async function decodeTables(facts: SidecarFacts, where: string): Promise<SidecarFacts> {
  const { tables, artifacts = [], ...others } = facts;
  if (tables === undefined) {
    return facts;
  }
  const decoded = await Promise.all(tables.map((table) => decodeTable(table, where)));
  return { ...others, artifacts: [...artifacts, ...decoded] };
}

async function decodeTable(file: TableFile, where: string): Promise<GivenArtifact> {
  const { name } = file;
  if ("parquet" in file) {
    const table = await decodeParquet(file.parquet, {
      where,
      maxCells: MAX_SIDECAR_CELLS,
      maxBytes: MAX_UNPACKED_BYTES,
    });
    return { kind: "table", name, table, schema: schemaOfTable(table) };
  }
  const { schema, columns, rowCount } = file.csv;
  return { kind: "table", name, table: tableFromColumns(schema, columns, rowCount), schema };
}

/** True for a format that is not built in. */
export function isAdded(format: SidecarFormat): boolean {
  return !ALL_FORMATS.includes(format) && !STORED_FORMATS.includes(format);
}

/** The artifacts that a file may give. For a `named` format that is the one in the file's name, `artifact`. */
export function announcedBy({ named, artifacts }: SidecarFormat, artifact: string): readonly ArtifactRef[] {
  return named === undefined ? artifacts : [{ kind: named, name: artifact }];
}

/** The error for an image that fails because of a format's code, not because of the file. */
export function formatFault(
  { name }: SidecarFormat,
  { relPath }: Pick<SidecarSource, "relPath">,
  reason: string,
  cause: unknown,
): LegacyIoError {
  return new LegacyIoError("invalid_argument", `the sidecar format ${name} failed on ${relPath}: ${reason}`, {
    path: relPath,
    found: reason,
    cause,
  });
}

function checkFacts(format: SidecarFormat, facts: SidecarFacts, { artifact: named }: SidecarSource): void {
  const { artifacts = [], trace, events = [] } = facts;
  if (artifacts.length > MAX_ARTIFACTS) {
    throw new RangeError(`it returned ${artifacts.length} artifacts; at most ${MAX_ARTIFACTS} are allowed`);
  }
  let sizeBytes = trace === undefined ? 0 : trace.table.rowCount * trace.table.schema.columns.length * 8;
  for (const artifact of artifacts) {
    const { kind, name } = artifact;
    if (!announcedBy(format, named).some((ref) => ref.kind === kind && ref.name === name)) {
      throw new RangeError(
        `it returned the ${kind} ${JSON.stringify(name)}, which its artifacts do not list`,
      );
    }
    sizeBytes += checkedSizeBytes(artifact);
  }
  if (!(sizeBytes <= MAX_GIVEN_BYTES)) {
    throw new RangeError(`it returned ${sizeBytes} bytes; at most ${MAX_GIVEN_BYTES} are allowed`);
  }
  const eventCount = events.reduce((sum, run) => sum + run.events.length, 0);
  if (eventCount > MAX_EVENTS) {
    throw new RangeError(`it returned ${eventCount} events; at most ${MAX_EVENTS} are allowed`);
  }
}

/** The size of an artifact. Throws if its text is not JSON, or if its data do not match their schema or shape. */
function checkedSizeBytes(artifact: GivenArtifact): number {
  switch (artifact.kind) {
    case "json":
      if (artifact.text.length <= MAX_GIVEN_BYTES) {
        parseLossless(artifact.text, { where: artifact.name });
      }
      return artifact.text.length;
    case "table":
      assertTableMatches(artifact.schema, artifact.table, artifact.name);
      return artifact.table.batches.reduce((sum, { data }) => sum + data.byteLength, 0);
    case "array": {
      const { dtype, shape, data } = artifact.array;
      return ndArrayBytes(createNdArray(dtype, shape, data)).byteLength;
    }
    default:
      throw new RangeError(`it returned an artifact of the kind ${JSON.stringify(artifact satisfies never)}`);
  }
}
