import { basename } from "node:path";
import {
  decodeJsonText,
  decodeParquet,
  isZarrStoreError,
  parseArtifactName,
  schemaOfTable,
} from "@kym/zarr-store";
import type { ParsedSidecar, SidecarMeaning } from "../../content/parsed-sidecar.ts";
import { isLegacyIoError } from "../../errors.ts";
import type { SidecarFile } from "../../folder/bundle.ts";
import { parseClassicJson } from "../../formats/classic-json.ts";
import { parseFlowAnalysis } from "../../formats/flow-analysis.ts";
import { readNpy } from "../../formats/npy.ts";
import { readOlympusHeader } from "../../formats/olympus/olympus-header.ts";
import { readSidecarCsv } from "../../formats/sidecar-csv.ts";
import { parseVelocityTrace } from "../../formats/velocity-trace.ts";
import { gunzip } from "../files/gunzip.ts";
import { type ReadFile, readStable } from "../files/read-stable.ts";
import { whenAllDone } from "../files/when-all-done.ts";

/** A sidecar, what it was when it was read, and what it says. */
export interface ReadSidecar {
  readonly file: SidecarFile & ReadFile;
  readonly parsed: ParsedSidecar;
}

/** Reads the files beside an image; one that cannot be understood is kept as it came. Errors: `io`, `aborted`. */
export async function readSidecars(
  files: readonly SidecarFile[],
  signal: AbortSignal | undefined,
): Promise<readonly ReadSidecar[]> {
  const read = await whenAllDone(files.map((file) => readStable(file, signal)));
  return whenAllDone(
    read.map(async ({ file, bytes }) => ({ file, parsed: await parseSidecar(file, bytes) })),
  );
}

async function parseSidecar(
  file: SidecarFile & ReadFile,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ParsedSidecar> {
  const { relPath } = file;
  return { relPath, fileName: basename(relPath), bytes, content: await meaningOf(file, bytes) };
}

async function meaningOf(
  file: SidecarFile & ReadFile,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<SidecarMeaning> {
  try {
    return await understand(file, bytes);
  } catch (error) {
    if (isLegacyIoError(error) || isZarrStoreError(error)) {
      return { kind: "opaque", reason: error.message };
    }
    throw error;
  }
}

async function understand(
  file: SidecarFile & ReadFile,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<SidecarMeaning> {
  switch (file.kind) {
    case "olympus_header":
      return { kind: file.kind, header: readOlympusHeader(bytes) };
    case "classic_json":
      return { kind: file.kind, classic: parseClassicJson(bytes) };
    case "radon_csv":
    case "kymanalysis_csv":
    case "v0_csv":
      return { kind: file.kind, trace: parseVelocityTrace(bytes) };
    case "radon_json":
    case "kymanalysis_json":
    case "events_json":
      return { kind: file.kind, analysis: parseFlowAnalysis(bytes, file.kind) };
    case "other":
      return { kind: "opaque", reason: "it is no kind of file that this package knows" };
    case "artifact":
      return understandArtifact(file, bytes);
    default:
      return file satisfies never;
  }
}

async function understandArtifact(
  file: Extract<SidecarFile & ReadFile, { readonly kind: "artifact" }>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<SidecarMeaning> {
  const { artifact, format, relPath } = file;
  const name = parseArtifactName(artifact);
  switch (format) {
    case "json":
      return { kind: "json_artifact", name, text: decodeJsonText(bytes, { where: relPath }).text };
    case "csv":
      return { kind: "table_artifact", name, table: readSidecarCsv(bytes) };
    case "csv.gz":
      return { kind: "table_artifact", name, table: readSidecarCsv(await gunzip(bytes, relPath)) };
    case "parquet": {
      const table = await decodeParquet(bytes, { where: relPath });
      const artifact = { kind: "table", name, table, schema: schemaOfTable(table), from: [relPath] } as const;
      return { kind: "parquet_artifact", name, artifact };
    }
    case "npy":
      return { kind: "array_artifact", name, array: readNpy(bytes) };
    default:
      return format satisfies never;
  }
}
