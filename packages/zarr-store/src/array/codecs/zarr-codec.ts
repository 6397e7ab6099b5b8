/** A Zarr codec as one object: how its configuration is read, and how what it encoded is decoded. */
import type { ZstdCodec } from "../../codecs/zstd.ts";
import type { DType } from "../dtype.ts";

/**
 * The configuration of a codec as metadata have it, read member by member. Each method throws a `ZarrStoreError`
 * `invalid_metadata` that names the member, what was expected and what was found. A member that is absent is what `absent`
 * says, and refused where nothing is said.
 */
export interface CodecConfiguration {
  /** 3 for a `zarr.json`, 2 for a `.zarray`. */
  readonly zarrFormat: 2 | 3;
  readonly dtype: DType;
  /** Shape of the chunk that the codec encodes. */
  readonly shape: readonly number[];
  integer(name: string, min: number, max: number, absent?: number): number;
  /** A list of `length` integers. */
  integers(name: string, length: number, min: number, max: number): readonly number[];
  boolean(name: string, absent?: boolean): boolean;
  oneOf<const T extends string>(name: string, allowed: readonly T[], absent?: T): T;
  /** The member itself, undefined if it is absent. */
  value(name: string): unknown;
  /** An error `invalid_metadata` to throw where a member is not what it must be. */
  invalid(name: string, expected: string): Error;
  /** An error `not_supported` to throw where a member is legal and not read; `what` is the subject of its message. */
  unsupported(name: string, what: string): Error;
}

interface NamedCodec<C extends object> {
  /** The name in a `zarr.json`, and by which messages call it. */
  readonly name: string;
  /** The versions of Zarr that have it. */
  readonly zarrFormats: readonly (2 | 3)[];
  /** The `id` in a `.zarray`, of a compressor or a filter. Default: the name. */
  readonly v2Id?: string | undefined;
  /** The members that a configuration may have in a `zarr.json`. Others are refused: they could change what bytes mean. */
  readonly members: readonly string[];
  /** Reads and checks a configuration. What it returns is plain data with the members' own names. */
  parse(configuration: CodecConfiguration): C;
}

export interface ArrayDecodeContext {
  readonly dtype: DType;
  /** Shape of the decoded chunk. */
  readonly shape: readonly number[];
}

/** A codec that makes an array of an array, of the same dtype and as many elements. */
export interface ArrayToArrayCodec<C extends object = object> extends NamedCodec<C> {
  readonly kind: "array-array";
  /** The shape of what it makes of a chunk. Default: the chunk's own. */
  encodedShape?(shape: readonly number[], configuration: C): readonly number[];
  /**
   * Takes and gives elements in C order and the machine's byte order. What it is given is not to be changed.
   * An error that it throws becomes `integrity`, naming the chunk.
   */
  decode(
    elements: Uint8Array,
    configuration: C,
    context: ArrayDecodeContext,
  ): Uint8Array | Promise<Uint8Array>;
}

export interface BytesDecodeContext {
  /** What comes out has at most so many bytes. A decoder throws rather than make room for more. */
  readonly maxBytes: number;
  /** The runtime's Zstandard. */
  readonly zstd: ZstdCodec;
}

/** A codec that makes bytes of bytes: a compressor, a checksum. */
export interface BytesToBytesCodec<C extends object = object> extends NamedCodec<C> {
  readonly kind: "bytes-bytes";
  /** What it is given is not to be changed. An error that it throws becomes `integrity`, naming the chunk. */
  decode(bytes: Uint8Array, configuration: C, context: BytesDecodeContext): Uint8Array | Promise<Uint8Array>;
}

/**
 * A codec that is read. Those of `all-codecs.ts` are always there; `openDataset` takes further ones, which come first.
 *
 * The codecs that make bytes of elements, `bytes` and `sharding_indexed`, are not among them: where chunks lie in an object
 * hangs on them.
 *
 * @example
 * const invert: BytesToBytesCodec = {
 *   name: "example.invert",
 *   kind: "bytes-bytes",
 *   zarrFormats: [3],
 *   members: [],
 *   parse: () => ({}),
 *   decode: (bytes) => bytes.map((byte) => 255 - byte),
 * };
 * await openDataset(location, { mode: "r", codecs: [invert] });
 */
export type ZarrCodec = ArrayToArrayCodec | BytesToBytesCodec;

/** A codec as the metadata of an array use it: its name, and beside it the members of its configuration. */
export interface UsedCodec {
  readonly name: string;
  readonly [member: string]: unknown;
}
