// The artifact `provenance` of an image: the files it came from, with their hashes.

import {
  bigintOf,
  itemsOf,
  type JsonField,
  memberOf,
  objectOf,
  parseLossless,
  plainValue,
  stringOf,
  throwFault,
} from "@kym/zarr-store/json";
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
  /** The reader of the TIFF, and the version that it had. */
  reader: "reader",
  sidecars: "sidecars",
  /** What the names of the folders said. */
  pathFields: "path_fields",
  /** The path of the file, as the Python system stored it. */
  originalPath: "original_path",
} as const;

/** A reader of files, and the version that it had when it read one. The version is raised when a silent fault is mended. */
export interface ReaderVersion {
  /** `tiff`, or the name of a sidecar format. */
  readonly name: string;
  /** A whole number from 1. */
  readonly version: number;
}

export interface SidecarProvenance {
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly mtimeNs: bigint;
  readonly sha256: string;
  /** The objects that were made from the sidecar, by key below `images/<id>/`, with the hash that each had then. */
  readonly artifacts: readonly { readonly key: string; readonly sha256: string }[];
  /** Undefined if no reader understood the file's kind, and in records of builds that did not note it. */
  readonly reader?: ReaderVersion | undefined;
}

/** What the names of an image's folders said of its experiment when it was ingested. */
export interface PathFieldsProvenance {
  /** The pattern by which the names were read. */
  readonly pattern: string;
  /** Values by the stored name of their field. */
  readonly values: Readonly<Record<string, string | number>>;
  /** Fields of `values` that a sidecar gave as well: its value was stored. */
  readonly overruled: readonly string[];
  /** The objects that were made with these values, by key below `images/<id>/`, with the hash that each had then. */
  readonly artifacts: readonly { readonly key: string; readonly sha256: string }[];
}

export interface Provenance {
  /** The absolute path of the TIFF, or of the TIFF of the first channel. */
  readonly sourcePrimaryPath: string;
  readonly sourceRelPath: string;
  readonly sourceName: string;
  readonly sourceSha256: string;
  readonly ingestMode: string;
  /** The reader of the TIFF. Undefined in records of builds that did not note it. */
  readonly reader?: ReaderVersion | undefined;
  readonly sidecars: readonly SidecarProvenance[];
  /** Undefined if the names of folders were not read. */
  readonly pathFields?: PathFieldsProvenance | undefined;
}

/** Returns the JSON value to store, with these names in this order and nanoseconds as integers. */
export function encodeProvenance(provenance: Provenance): object {
  return {
    [PROVENANCE_KEYS.sourcePrimaryPath]: provenance.sourcePrimaryPath,
    [PROVENANCE_KEYS.sourceRelPath]: provenance.sourceRelPath,
    [PROVENANCE_KEYS.sourceName]: provenance.sourceName,
    [PROVENANCE_KEYS.sourceSha256]: provenance.sourceSha256,
    [PROVENANCE_KEYS.ingestMode]: provenance.ingestMode,
    ...readerMember(provenance.reader),
    [PROVENANCE_KEYS.sidecars]: provenance.sidecars.map(
      ({ path, sizeBytes, mtimeNs, sha256, reader, artifacts }) => ({
        path,
        size: sizeBytes,
        mtime_ns: mtimeNs,
        sha256,
        ...readerMember(reader),
        artifacts: artifacts.map((artifact) => ({ key: artifact.key, sha256: artifact.sha256 })),
      }),
    ),
    ...pathFieldsMember(provenance.pathFields),
  };
}

function pathFieldsMember(pathFields: PathFieldsProvenance | undefined): object {
  if (pathFields === undefined) {
    return {};
  }
  const { pattern, values, overruled, artifacts } = pathFields;
  return {
    [PROVENANCE_KEYS.pathFields]: {
      pattern,
      values: { ...values },
      overruled,
      artifacts: artifacts.map(({ key, sha256 }) => ({ key, sha256 })),
    },
  };
}

function readerMember(reader: ReaderVersion | undefined): object {
  return reader === undefined
    ? {}
    : { [PROVENANCE_KEYS.reader]: { name: reader.name, version: reader.version } };
}

const MAX_READER_VERSION = 1_000_000;

/** A fault names an object by its path, and any other field by its key. */
const onFault = throwFault(({ value, path }, expected) => {
  const fault =
    expected === "an object"
      ? `expected an object at ${path}`
      : `${path.slice(path.lastIndexOf(".") + 1)} is not ${expected}`;
  return new KymSchemaError("invalid_file", `${ARTIFACTS.provenance}: ${fault}`, { found: value });
});

/** Reads the artifact `provenance`. Throws `invalid_file` for anything that this package did not write. */
export function parseProvenance(text: string): Provenance {
  const where = ARTIFACTS.provenance;
  const value = plainValue(parseLossless(text, { where }));
  const root: JsonField = { value, path: "$", where, onFault };
  return {
    sourcePrimaryPath: textOf(root, PROVENANCE_KEYS.sourcePrimaryPath),
    sourceRelPath: textOf(root, PROVENANCE_KEYS.sourceRelPath),
    sourceName: textOf(root, PROVENANCE_KEYS.sourceName),
    sourceSha256: textOf(root, PROVENANCE_KEYS.sourceSha256),
    ingestMode: textOf(root, PROVENANCE_KEYS.ingestMode),
    ...readerIn(root),
    sidecars: itemsIn(root, PROVENANCE_KEYS.sidecars).map(parseSidecar),
    ...pathFieldsIn(root),
  };
}

function parseSidecar(sidecar: JsonField): SidecarProvenance {
  return {
    path: textOf(sidecar, "path"),
    sizeBytes: Number(bigintOf(memberOf(sidecar, "size"))),
    mtimeNs: bigintOf(memberOf(sidecar, "mtime_ns")),
    sha256: textOf(sidecar, "sha256"),
    ...readerIn(sidecar),
    artifacts: artifactsIn(sidecar),
  };
}

function artifactsIn(fields: JsonField): SidecarProvenance["artifacts"] {
  return itemsIn(fields, "artifacts").map((artifact) => ({
    key: textOf(artifact, "key"),
    sha256: textOf(artifact, "sha256"),
  }));
}

/** Reads the member `path_fields`. A record of an older build has none. */
function pathFieldsIn(root: JsonField): { readonly pathFields?: PathFieldsProvenance } {
  const fields = memberOf(root, PROVENANCE_KEYS.pathFields);
  if (fields.value === undefined) {
    return {};
  }
  const values = memberOf(fields, "values");
  const read = Object.keys(objectOf(values)).map((name): [string, string | number] => {
    const field = memberOf(values, name);
    const { value } = field;
    return typeof value === "string" || typeof value === "number"
      ? [name, value]
      : onFault(field, "text or a number");
  });
  return {
    pathFields: {
      pattern: textOf(fields, "pattern"),
      values: Object.fromEntries(read),
      overruled: itemsIn(fields, "overruled").map((item) => stringOf(item, "text")),
      artifacts: artifactsIn(fields),
    },
  };
}

/** Reads the member `reader`. A record of an older build has none. */
function readerIn(fields: JsonField): { readonly reader?: ReaderVersion } {
  const reader = memberOf(fields, PROVENANCE_KEYS.reader);
  if (reader.value === undefined) {
    return {};
  }
  const field = memberOf(reader, "version");
  const version = Number(bigintOf(field));
  if (version < 1 || version > MAX_READER_VERSION) {
    onFault(field, `from 1 to ${MAX_READER_VERSION}`);
  }
  return { reader: { name: textOf(reader, "name"), version } };
}

function textOf(fields: JsonField, key: string): string {
  return stringOf(memberOf(fields, key), "text");
}

/** Returns an empty list if the field is not a list. */
function itemsIn(fields: JsonField, key: string): readonly JsonField[] {
  const list = memberOf(fields, key);
  return Array.isArray(list.value) ? itemsOf(list) : [];
}
