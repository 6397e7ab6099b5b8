import { parseLossless, plainValue } from "@kym/zarr-store/json";
import { ARTIFACTS } from "../artifact-names.ts";
import { KymSchemaError } from "../errors.ts";

/** The ingest mode of an image that came from a folder of files. */
export const INGEST_MODE = "legacy_folder_v1";

/** The stored key of each field of the artifact `provenance`. */
export const PROVENANCE_KEYS = {
  sourcePrimaryPath: "source_primary_path",
  sourceRelPath: "source_rel_path",
  sourceName: "source_name",
  sourceSha256: "source_sha256",
  ingestMode: "ingest_mode",
  sidecars: "sidecars",
  /** The path of the file as the Python system wrote it. */
  originalPath: "original_path",
} as const;

export interface SidecarProvenance {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly sha256: string;
  /** The objects made of it, by key below `images/<id>/`, with the hash that they had then. */
  readonly artifacts: readonly { readonly key: string; readonly sha256: string }[];
}

export interface Provenance {
  /** Absolute path of the TIFF, or of its first channel. */
  readonly sourcePrimaryPath: string;
  readonly sourceRelPath: string;
  readonly sourceName: string;
  readonly sourceSha256: string;
  readonly ingestMode: string;
  readonly sidecars: readonly SidecarProvenance[];
}

/** The JSON value as it is stored: with these names in this order, nanoseconds as integers. */
export function encodeProvenance(provenance: Provenance): object {
  return {
    [PROVENANCE_KEYS.sourcePrimaryPath]: provenance.sourcePrimaryPath,
    [PROVENANCE_KEYS.sourceRelPath]: provenance.sourceRelPath,
    [PROVENANCE_KEYS.sourceName]: provenance.sourceName,
    [PROVENANCE_KEYS.sourceSha256]: provenance.sourceSha256,
    [PROVENANCE_KEYS.ingestMode]: provenance.ingestMode,
    [PROVENANCE_KEYS.sidecars]: provenance.sidecars.map(
      ({ path, sizeBytes, mtimeNs, sha256, artifacts }) => ({
        path,
        size: sizeBytes,
        mtime_ns: mtimeNs,
        sha256,
        artifacts: artifacts.map((artifact) => ({ key: artifact.key, sha256: artifact.sha256 })),
      }),
    ),
  };
}

/** Throws `invalid_file` for what is no provenance of ours. */
export function parseProvenance(text: string): Provenance {
  const value = plainValue(parseLossless(text, { where: ARTIFACTS.provenance }));
  const root = fieldsOf(value, "$");
  const sidecars = root[PROVENANCE_KEYS.sidecars];
  return {
    sourcePrimaryPath: textOf(root, PROVENANCE_KEYS.sourcePrimaryPath),
    sourceRelPath: textOf(root, PROVENANCE_KEYS.sourceRelPath),
    sourceName: textOf(root, PROVENANCE_KEYS.sourceName),
    sourceSha256: textOf(root, PROVENANCE_KEYS.sourceSha256),
    ingestMode: textOf(root, PROVENANCE_KEYS.ingestMode),
    sidecars: Array.isArray(sidecars) ? sidecars.map(parseSidecar) : [],
  };
}

function parseSidecar(value: unknown, index: number): SidecarProvenance {
  const fields = fieldsOf(value, `$.sidecars[${index}]`);
  const artifacts = fields["artifacts"];
  return {
    path: textOf(fields, "path"),
    sizeBytes: Number(integerOf(fields, "size")),
    mtimeNs: integerOf(fields, "mtime_ns"),
    sha256: textOf(fields, "sha256"),
    artifacts: (Array.isArray(artifacts) ? artifacts : []).map((item: unknown) => {
      const artifact = fieldsOf(item, `$.sidecars[${index}].artifacts`);
      return { key: textOf(artifact, "key"), sha256: textOf(artifact, "sha256") };
    }),
  };
}

function fieldsOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new KymSchemaError("invalid_file", `${ARTIFACTS.provenance}: expected an object at ${path}`, {
      found: value,
    });
  }
  return Object.fromEntries(Object.entries(value));
}

function textOf(fields: Readonly<Record<string, unknown>>, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") {
    throw new KymSchemaError("invalid_file", `${ARTIFACTS.provenance}: ${key} is not text`, { found: value });
  }
  return value;
}

function integerOf(fields: Readonly<Record<string, unknown>>, key: string): bigint {
  const value = fields[key];
  if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) {
    return BigInt(value);
  }
  throw new KymSchemaError("invalid_file", `${ARTIFACTS.provenance}: ${key} is not an integer`, {
    found: value,
  });
}
