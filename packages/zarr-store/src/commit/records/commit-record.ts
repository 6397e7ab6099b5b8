// Encodes and decodes a commit record, `__commits/<version>.json`.

import { ZarrStoreError } from "../../errors.ts";
import type { Runtime, WriterIdentity } from "../../runtime/runtime.ts";
import { isStoreKey, parseStoreKey, type StoreKey } from "../../store/store-key.ts";
import { isReservedPath, stagingEntryKind } from "./control-keys.ts";

/**
 * The format of a record. Records of format 1 belong to datasets of version 2 and to what a dataset was before its upgrade;
 * builds that know only version 2 refuse the first record of format 2 by name.
 */
export type RecordFormat = 1 | 2;

/**
 * How writers claim a version, so that exactly one wins: by a hard link to a file, or, where there are no hard links, by
 * renaming a folder that holds the record. See docs/commit-protocol.md#claiming-a-version.
 */
export type ClaimMethod = "link" | "folder";

/** One object that a commit puts in place or deletes. Hashes are SHA-256 in lower-case hexadecimal. */
export type CommitOp = PutOp | DeleteOp;

export interface PutOp {
  readonly op: "put";
  readonly path: StoreKey;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The hash that the path had before; null for a new path. */
  readonly prev: string | null;
  /** For a pooled table: the images whose rows were replaced. */
  readonly imageIds?: readonly string[];
}

export interface DeleteOp {
  readonly op: "delete";
  readonly path: StoreKey;
  readonly prev: string;
}

/**
 * One record of the log. A change is committed exactly when its record exists. A record is never changed or renumbered; an
 * old one moves into a pack.
 */
export interface CommitRecord {
  readonly format: RecordFormat;
  readonly version: number;
  readonly txid: string;
  /** The version that the transaction started from. */
  readonly base: number;
  /** The hash of the previous record; "" for the first. */
  readonly parentSha256: string;
  readonly writer: WriterIdentity;
  readonly committedUtc: string;
  readonly message: string;
  readonly ops: readonly CommitOp[];
  /** Transactions that can no longer commit, so that their staging may be removed. */
  readonly abort: readonly string[];
  /** From this record on, versions are claimed by this method. Stated by record 1, an upgrade and a switch. */
  readonly claim?: ClaimMethod;
  /** What the commit says to programs, as JSON: the version that it undoes, say. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The hash of the record's text without this field. */
  readonly sha256: string;
}

const FORMATS: ReadonlySet<RecordFormat> = new Set<RecordFormat>([1, 2]);
const CLAIM_METHODS: ReadonlySet<ClaimMethod> = new Set<ClaimMethod>(["link", "folder"]);
const HASH = /^[0-9a-f]{64}$/;

export async function encodeCommitRecord(
  record: Omit<CommitRecord, "sha256">,
  sha256: Runtime["sha256"],
): Promise<{ readonly record: CommitRecord; readonly bytes: Uint8Array<ArrayBuffer> }> {
  const wire = {
    format: record.format,
    v: record.version,
    txid: record.txid,
    base: record.base,
    parent_sha256: record.parentSha256,
    writer: record.writer,
    committed_utc: record.committedUtc,
    message: record.message,
    ops: record.ops.map(encodeOp),
    abort: record.abort,
    ...(record.claim !== undefined && { claim: record.claim }),
    ...(record.details !== undefined && { details: record.details }),
  };
  const hash = await sha256(utf8(JSON.stringify(wire)));
  return { record: { ...record, sha256: hash }, bytes: utf8(textOf({ ...wire, sha256: hash })) };
}

/** Formats a record. Every record is written exactly like this, so a record in any other format is damaged. */
function textOf(wire: object): string {
  return `${JSON.stringify(wire, null, 1)}\n`;
}

/**
 * Whether a file says that it is a record: its beginning and its end do. The hash of the rest is not computed, so this
 * tells records apart that are sound, and nothing about one that is damaged.
 */
export function isFileOf(
  bytes: Uint8Array,
  { format, version, txid, sha256 }: Pick<CommitRecord, "format" | "version" | "txid" | "sha256">,
): boolean {
  const begin = textOf({ format, v: version, txid }).replace(/\n\}\n$/, ",\n");
  const end = textOf({ sha256 }).slice(1);
  const text = (part: Uint8Array): string => new TextDecoder().decode(part);
  return text(bytes.subarray(0, begin.length)) === begin && text(bytes.subarray(-end.length)) === end;
}

/** The record in one line, for a pack. */
export function compactRecordText(bytes: Uint8Array): string {
  return JSON.stringify(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)));
}

/**
 * Decodes a record from its line in a pack, and verifies its hash.
 *
 * @throws {ZarrStoreError} as {@link decodeCommitRecord} does
 */
export async function decodeCompactRecord(
  line: string,
  version: number,
  sha256: Runtime["sha256"],
): Promise<CommitRecord> {
  return verifiedRecord(line, JSON.stringify, version, sha256);
}

/**
 * Decodes a commit record and verifies its hash.
 *
 * @throws {ZarrStoreError} `integrity` if the bytes are not the record of this version as it was written,
 * `not_supported` for a later format
 */
export async function decodeCommitRecord(
  bytes: Uint8Array,
  version: number,
  sha256: Runtime["sha256"],
): Promise<CommitRecord> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ZarrStoreError("integrity", `commit record ${version} is not JSON`, { cause });
  }
  return verifiedRecord(text, textOf, version, sha256);
}

async function verifiedRecord(
  text: string,
  format: (wire: object) => string,
  version: number,
  sha256: Runtime["sha256"],
): Promise<CommitRecord> {
  const where = `commit record ${version}`;
  let wire: unknown;
  try {
    wire = JSON.parse(text);
  } catch (cause) {
    throw new ZarrStoreError("integrity", `${where} is not JSON`, { cause });
  }
  const { sha256: hash, ...rest } = asObject(wire, where);
  const recordFormat = asFormat(rest["format"], where);
  const expected = await sha256(utf8(JSON.stringify(rest)));
  if (hash !== expected || rest["v"] !== version || text !== format({ ...rest, sha256: hash })) {
    throw new ZarrStoreError("integrity", `${where} does not match its own hash`, {
      expected,
      found: hash,
    });
  }
  const writer = asObject(rest["writer"], where);
  const { person } = writer;
  const { claim, details } = rest;
  return {
    format: recordFormat,
    version,
    txid: asTxid(rest["txid"], where),
    base: asCount(rest["base"], where),
    parentSha256: asString(rest["parent_sha256"], where),
    writer: {
      host: asString(writer["host"], where),
      pid: asCount(writer["pid"], where),
      started: asString(writer["started"], where),
      ...(person !== undefined && { person: asString(person, where) }),
    },
    committedUtc: asString(rest["committed_utc"], where),
    message: asString(rest["message"], where),
    ops: asArray(rest["ops"], where).map((op) => decodeOp(op, where)),
    abort: asArray(rest["abort"], where).map((txid) => asTxid(txid, where)),
    ...(claim !== undefined && { claim: asClaimMethod(claim, where) }),
    ...(details !== undefined && { details: asObject(details, where) }),
    sha256: expected,
  };
}

function encodeOp(op: CommitOp): object {
  if (op.op === "delete") {
    return { op: op.op, path: op.path, prev: op.prev };
  }
  const { path, sha256, sizeBytes: size, prev } = op;
  return { op: op.op, path, sha256, size, prev, ...(op.imageIds && { image_ids: op.imageIds }) };
}

function decodeOp(value: unknown, where: string): CommitOp {
  const op = asObject(value, where);
  const path = parseStoreKey(asString(op["path"], where));
  if (isReservedPath(path)) {
    throw malformed(where, "a path outside of the protocol's own folders", path);
  }
  switch (op["op"]) {
    case "delete":
      return { op: "delete", path, prev: asHash(op["prev"], where) };
    case "put": {
      const imageIds = op["image_ids"];
      return {
        op: "put",
        path,
        sha256: asHash(op["sha256"], where),
        sizeBytes: asCount(op["size"], where),
        prev: op["prev"] === null ? null : asHash(op["prev"], where),
        ...(imageIds !== undefined && {
          imageIds: asArray(imageIds, where).map((id) => asString(id, where)),
        }),
      };
    }
    default:
      throw malformed(where, "op put or delete", op["op"]);
  }
}

/**
 * A simpler check than `JsonField`, which keeps the path of each value. The record's hash already vouches for all of
 * it, and logs are long.
 */
function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformed(where, "an object", value);
  }
  return Object.fromEntries(Object.entries(value));
}

function asArray(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw malformed(where, "a list", value);
  }
  return value;
}

function asString(value: unknown, where: string): string {
  if (typeof value !== "string") {
    throw malformed(where, "text", value);
  }
  return value;
}

/** Checks that a value is the name of a staging directory: not of another entry there, nor a path to elsewhere. */
function asTxid(value: unknown, where: string): string {
  const txid = asString(value, where);
  if (!isStoreKey(txid) || txid.includes("/") || stagingEntryKind(txid) !== "transaction") {
    throw malformed(where, "a transaction's id", txid);
  }
  return txid;
}

function asHash(value: unknown, where: string): string {
  const text = asString(value, where);
  if (!HASH.test(text)) {
    throw malformed(where, "a SHA-256", value);
  }
  return text;
}

function asCount(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw malformed(where, "a count", value);
  }
  return value;
}

function malformed(where: string, expected: string, found: unknown): ZarrStoreError {
  return new ZarrStoreError("integrity", `${where}: expected ${expected}, found ${JSON.stringify(found)}`, {
    expected,
    found,
  });
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function isOneOf<T>(values: ReadonlySet<T>, value: unknown): value is T {
  return (values as ReadonlySet<unknown>).has(value);
}

function asFormat(value: unknown, where: string): RecordFormat {
  if (!isOneOf(FORMATS, value)) {
    throw new ZarrStoreError("not_supported", `${where} has format ${String(value)}, expected 1 or 2`, {
      expected: [...FORMATS],
      found: value,
    });
  }
  return value;
}

function asClaimMethod(value: unknown, where: string): ClaimMethod {
  if (!isOneOf(CLAIM_METHODS, value)) {
    throw new ZarrStoreError("not_supported", `${where} claims versions by ${JSON.stringify(value)}`, {
      expected: [...CLAIM_METHODS],
      found: value,
    });
  }
  return value;
}
