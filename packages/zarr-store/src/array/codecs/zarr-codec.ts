// The interface of a codec: one object that reads its configuration and decodes what it encoded.

import type { ZstdCodec } from "../../codecs/zstd.ts";
import type { DType } from "../dtype.ts";

/**
 * Reads the configuration of a codec, member by member. Each method throws a `ZarrStoreError` `invalid_metadata` that
 * names the member, what was expected and what was found.
 *
 * `absent` is the value of a member that is absent. Without `absent`, the member is required.
 */
export interface CodecConfiguration {
  /** 3 for a `zarr.json`, 2 for a `.zarray`. */
  readonly zarrFormat: 2 | 3;
  readonly dtype: DType;
  /** The shape of the chunk that the codec encodes. */
  readonly shape: readonly number[];
  integer(name: string, min: number, max: number, absent?: number): number;
  /** Reads a list of `length` integers. */
  integers(name: string, length: number, min: number, max: number): readonly number[];
  boolean(name: string, absent?: boolean): boolean;
  oneOf<const T extends string>(name: string, allowed: readonly T[], absent?: T): T;
  /** The unparsed member; undefined if it is absent. */
  value(name: string): unknown;
  /** Makes an error `invalid_metadata`, to throw if a member is wrong. */
  invalid(name: string, expected: string): Error;
  /**
   * Makes an error `not_supported`, to throw if a member is legal but not read here. `what` is the subject of its
   * message.
   */
  unsupported(name: string, what: string): Error;
}

interface NamedCodec<C extends object> {
  /** The name in a `zarr.json` and in messages. */
  readonly name: string;
  /** The versions of Zarr in which the codec exists. */
  readonly zarrFormats: readonly (2 | 3)[];
  /** The `id` in a `.zarray`, as a compressor or a filter. Default: the name. */
  readonly v2Id?: string | undefined;
  /**
   * The members that a configuration in a `zarr.json` may have. Others are refused, because they could change what
   * bytes mean.
   */
  readonly members: readonly string[];
  /** Reads and checks a configuration. Returns plain data under the members' own names. */
  parse(configuration: CodecConfiguration): C;
}

export interface ArrayDecodeContext {
  readonly dtype: DType;
  /** The shape of the decoded chunk. */
  readonly shape: readonly number[];
}

/** A codec from array to array, which keeps the dtype and the number of elements. */
export interface ArrayToArrayCodec<C extends object = object> extends NamedCodec<C> {
  readonly kind: "array-array";
  /** The shape of an encoded chunk. Default: the shape of the chunk. */
  encodedShape?(shape: readonly number[], configuration: C): readonly number[];
  /**
   * Decodes elements; input and output are in C order and the machine's byte order. It must not change its input. An
   * error that it throws becomes `integrity` and names the chunk.
   */
  decode(
    elements: Uint8Array,
    configuration: C,
    context: ArrayDecodeContext,
  ): Uint8Array | Promise<Uint8Array>;
}

export interface BytesDecodeContext {
  /** The most bytes that may come out. A decoder throws rather than allocate more. */
  readonly maxBytes: number;
  /** The runtime's Zstandard codec. */
  readonly zstd: ZstdCodec;
}

/** A codec from bytes to bytes: a compressor or a checksum. */
export interface BytesToBytesCodec<C extends object = object> extends NamedCodec<C> {
  readonly kind: "bytes-bytes";
  /** Decodes bytes. It must not change its input. An error that it throws becomes `integrity` and names the chunk. */
  decode(bytes: Uint8Array, configuration: C, context: BytesDecodeContext): Uint8Array | Promise<Uint8Array>;
}

/**
 * A codec that this package can decode. The built-in ones are listed in `all-codecs.ts`; `openDataset` accepts
 * further ones, which take precedence.
 *
 * `bytes` and `sharding_indexed`, which turn elements into bytes, cannot be replaced: they decide where chunks lie in
 * an object.
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

/** A codec as an array uses it: its name, and the members of its configuration. */
export interface UsedCodec {
  readonly name: string;
  readonly [member: string]: unknown;
}
