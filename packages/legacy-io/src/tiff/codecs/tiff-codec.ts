// Defines a TIFF compression as one object.

import type { DType } from "@kym/zarr-store";

/** What a decoder of whole images needs to know of the strip or tile that it decodes. */
export interface TiffSegment {
  /** Columns. */
  readonly width: number;
  /** The rows that are needed. The data may have more. */
  readonly rows: number;
  /** Samples stored side by side. */
  readonly samplesPerPixel: number;
  readonly dtype: DType;
  /** The byte order of the file, in which whole samples must be returned. */
  readonly isLittleEndian: boolean;
  /** True if `PhotometricInterpretation` is YCbCr (6): the decoder returns RGB. */
  readonly isYCbCr: boolean;
  /** The bytes of the tag `JPEGTables`. */
  readonly tables: Uint8Array | undefined;
  /** The values of the tag `LercParameters`: version, and 0 none, 1 deflate, 2 zstd. */
  readonly parameters: readonly number[];
  /** The value of the tag `T4Options`, 0 if it is absent: bit 0 says that lines refer to those before. */
  readonly faxOptions: number;
  /** Where the bytes will be. A decoder may write them there from the start, no other bytes, and return them as a view of it. */
  readonly target: Uint8Array;
  /** Call it if the data go on beyond `maxBytes`. The reader warns about them. */
  readonly onMore: () => void;
}

/**
 * Decompresses to at most `maxBytes` bytes, or throws. It must not allocate more, apart from the working memory that
 * `memoryRatio` says. What goes on beyond `maxBytes` may be left.
 */
export type Decompress = (
  bytes: Uint8Array,
  maxBytes: number,
  /** Call it now and then: it throws once the time limit is over. */
  check: () => void,
  segment: TiffSegment,
) => Uint8Array | Promise<Uint8Array>;

/**
 * A compression that can be read. The built-in ones are listed in `all-codecs.ts`. Pass others in the option `codecs` of
 * `readTiff`. They are tried first, so a codec with a built-in code replaces the built-in one, as those of `nodeTiffCodecs` in
 * `./node` do.
 *
 * @example
 * const inverted: TiffCodec = {
 *   codes: [65100],
 *   name: "inverted",
 *   maxRatio: 1,
 *   hasPredictor: false,
 *   decode: (bytes) => bytes.map((byte) => 255 - byte),
 * };
 * await readTiff(source, { codecs: [inverted] });
 */
export interface TiffCodec {
  /** The values of the tag `Compression` that mean this compression. */
  readonly codes: readonly number[];
  /** The name in `TiffInfo.compression` and in messages. */
  readonly name: string;
  /** The most bytes that one byte can become. A file that claims more pixels than it can hold is refused before allocation. */
  readonly maxRatio: number;
  /** True for a decoder of whole images, such as JPEG: the tag `FillOrder` does not apply. */
  readonly decodesImages?: boolean | undefined;
  /** Bytes of working memory for each decoded byte, if they are more than two. Checked before it decodes. */
  readonly memoryRatio?: number | undefined;
  /** Whether the tag `Predictor` applies to this compression. */
  readonly hasPredictor: boolean;
  /** True for a compression of single bits, such as that of fax machines. Other samples are refused. */
  readonly isBilevel?: boolean | undefined;
  /**
   * Decompresses one strip or tile. It may return a view of its input, and must not change it. An error that it throws is
   * reported as `invalid_file` with the name of the compression.
   */
  readonly decode: Decompress;
}
