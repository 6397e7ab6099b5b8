import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import {
  decodeJsonText,
  decodeParquet,
  isZarrStoreError,
  type NdArray,
  ndArrayBytes,
  parseArtifactName,
  schemaOfTable,
} from "@kym/zarr-store";
import type { BundleFile, LegacyBundle, SidecarFile } from "../bundle.ts";
import { contentOfBundle, type ParsedSidecar, type SidecarMeaning } from "../bundle-content.ts";
import { bytesSource } from "../byte-source.ts";
import { parseClassicJson } from "../classic-json.ts";
import { readCsv } from "../csv.ts";
import { isLegacyIoError, LegacyIoError, throwIfAborted } from "../errors.ts";
import { parseFlowAnalysis } from "../flow-analysis.ts";
import type { ImageContent } from "../image-content.ts";
import { readNpy } from "../npy.ts";
import { readOlympusHeader } from "../olympus-header.ts";
import { readTiff } from "../tiff/read-tiff.ts";
import { parseVelocityTrace } from "../velocity-trace.ts";
import { systemErrorCode } from "./file-source.ts";
import { gunzip } from "./gunzip.ts";
import { nodeTiffCodecs } from "./tiff-codecs.ts";

/** A file of a bundle, and what it was when it was read. */
export interface ReadFile extends BundleFile {
  readonly sha256: string;
}

/** A bundle as it was read: all or nothing, each file whole and unchanged from its first byte to its last. */
export interface ReadBundle {
  readonly bundle: LegacyBundle;
  readonly image: ReadFile;
  /** Further channels, then sidecars. */
  readonly sidecars: readonly ReadFile[];
  readonly content: ImageContent;
  readonly pixelsSha256: string;
}

export interface ReadBundleOptions {
  /** Default true. */
  readonly includeSidecars?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The axes of a line scan: rows are lines in time, columns are places along the line. Design §3. */
const LINE_SCAN_AXES = ["t", "x"];

/**
 * Reads an image and its sidecars. A sidecar that cannot be understood is part of the content, as an attachment.
 * Errors: `invalid_file`, `not_supported` for the image, `io` for a file that cannot be read or keeps changing.
 */
export async function readBundle(bundle: LegacyBundle, options: ReadBundleOptions = {}): Promise<ReadBundle> {
  const { signal, includeSidecars = true } = options;
  const first = await readStable(bundle.image, signal);
  const others = await Promise.all(bundle.otherChannels.map((file) => readStable(file, signal)));
  const planes: NdArray[] = [];
  let axes: readonly string[] = LINE_SCAN_AXES;
  for (const { bytes, file } of [first, ...others]) {
    const { image, info } = await readTiff(bytesSource(bytes), { codecs: nodeTiffCodecs, signal });
    if (planes[0] !== undefined && !isSameKind(planes[0], image)) {
      throw new LegacyIoError(
        "invalid_file",
        `${file.relPath} has another shape or type than the first channel`,
        {
          path: file.path,
          expected: [planes[0].dtype, ...planes[0].shape],
          found: [image.dtype, ...image.shape],
        },
      );
    }
    planes.push(image);
    axes = image.shape.length === 2 ? LINE_SCAN_AXES : info.axes;
  }
  const image = stackChannels(planes);
  const pixelsSha256 = sha256(ndArrayBytes(image));
  const sidecars = includeSidecars
    ? await Promise.all(bundle.sidecars.map((file) => readStable(file, signal)))
    : [];
  const parsed = await Promise.all(sidecars.map(({ file, bytes }) => parseSidecar(file, bytes)));
  return {
    bundle,
    image: first.file,
    sidecars: [...others, ...sidecars].map(({ file }) => file),
    content: await contentOfBundle({
      image,
      axes: planes.length > 1 ? ["c", ...axes] : axes,
      pixelsSha256,
      sidecars: parsed,
    }),
    pixelsSha256,
  };
}

/** SHA-256 of a file, in lower-case hexadecimal. */
export async function hashFile(file: BundleFile, signal: AbortSignal | undefined): Promise<string> {
  return (await readStable(file, signal)).file.sha256;
}

interface StableRead<F extends BundleFile> {
  readonly file: F & ReadFile;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A file that changes while it is read is read once more, then given up. */
async function readStable<F extends BundleFile>(
  file: F,
  signal: AbortSignal | undefined,
): Promise<StableRead<F>> {
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    try {
      const before = await stat(file.path, { bigint: true });
      const bytes = new Uint8Array(await readFile(file.path));
      const after = await stat(file.path, { bigint: true });
      const isStable =
        before.mtimeNs === after.mtimeNs && before.size === after.size && BigInt(bytes.length) === after.size;
      if (isStable) {
        const { mtimeNs } = after;
        return { file: { ...file, sizeBytes: bytes.length, mtimeNs, sha256: sha256(bytes) }, bytes };
      }
    } catch (cause) {
      const reason = systemErrorCode(cause);
      throw new LegacyIoError("io", `cannot read ${file.relPath}: ${reason}`, {
        path: file.path,
        found: reason,
        cause,
      });
    }
    if (attempt === 2) {
      throw new LegacyIoError("io", `${file.relPath} changed while it was read, twice`, { path: file.path });
    }
  }
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
      return { kind: "table_artifact", name, table: readCsv(bytes) };
    case "csv.gz":
      return { kind: "table_artifact", name, table: readCsv(await gunzip(bytes, relPath)) };
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

function stackChannels(planes: readonly NdArray[]): NdArray {
  const [first] = planes;
  if (first === undefined) {
    throw new LegacyIoError("invalid_argument", "an acquisition without an image");
  }
  if (planes.length === 1) {
    return first;
  }
  const bytes = new Uint8Array(planes.reduce((sum, plane) => sum + plane.data.byteLength, 0));
  let offset = 0;
  for (const { data } of planes) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return { dtype: first.dtype, shape: [planes.length, ...first.shape], data: viewAs(first, bytes) };
}

function viewAs(like: NdArray, bytes: Uint8Array<ArrayBuffer>): NdArray["data"] {
  const length = bytes.length / like.data.BYTES_PER_ELEMENT;
  return createLike(like.data, bytes.buffer, length);
}

function createLike(data: NdArray["data"], buffer: ArrayBuffer, length: number): NdArray["data"] {
  const view: new (buffer: ArrayBuffer, offset: number, length: number) => NdArray["data"] =
    Object.getPrototypeOf(data).constructor;
  return new view(buffer, 0, length);
}

function isSameKind(a: NdArray, b: NdArray): boolean {
  return (
    a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, axis) => size === b.shape[axis])
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
