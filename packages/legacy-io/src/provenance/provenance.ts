import { parseLossless, plainValue } from "@kym/zarr-store";
import { LegacyIoError } from "../errors.ts";

/** The artifact that says which files an image came from. */
export const PROVENANCE = "provenance";

export const INGEST_MODE = "legacy_folder_v1";

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

/** The JSON value as it is stored: names and order of design §6, nanoseconds as integers. */
export function encodeProvenance(provenance: Provenance): object {
  return {
    source_primary_path: provenance.sourcePrimaryPath,
    source_rel_path: provenance.sourceRelPath,
    source_name: provenance.sourceName,
    source_sha256: provenance.sourceSha256,
    ingest_mode: provenance.ingestMode,
    sidecars: provenance.sidecars.map(({ path, sizeBytes, mtimeNs, sha256, artifacts }) => ({
      path,
      size: sizeBytes,
      mtime_ns: mtimeNs,
      sha256,
      artifacts: artifacts.map((artifact) => ({ key: artifact.key, sha256: artifact.sha256 })),
    })),
  };
}

/** Throws `invalid_file` for what is no provenance of ours. */
export function parseProvenance(text: string): Provenance {
  const value = plainValue(parseLossless(text, { where: PROVENANCE }));
  const root = fieldsOf(value, "$");
  const sidecars = root["sidecars"];
  return {
    sourcePrimaryPath: textOf(root, "source_primary_path"),
    sourceRelPath: textOf(root, "source_rel_path"),
    sourceName: textOf(root, "source_name"),
    sourceSha256: textOf(root, "source_sha256"),
    ingestMode: textOf(root, "ingest_mode"),
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
    throw new LegacyIoError("invalid_file", `${PROVENANCE}: expected an object at ${path}`, { found: value });
  }
  return Object.fromEntries(Object.entries(value));
}

function textOf(fields: Readonly<Record<string, unknown>>, key: string): string {
  const value = fields[key];
  if (typeof value !== "string") {
    throw new LegacyIoError("invalid_file", `${PROVENANCE}: ${key} is not text`, { found: value });
  }
  return value;
}

function integerOf(fields: Readonly<Record<string, unknown>>, key: string): bigint {
  const value = fields[key];
  if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) {
    return BigInt(value);
  }
  throw new LegacyIoError("invalid_file", `${PROVENANCE}: ${key} is not an integer`, { found: value });
}
