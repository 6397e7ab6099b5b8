// Defines a TIFF compression as one object.

/** A compression of TIFFs as one object. */

/** Decompresses to at most `maxBytes` bytes, or throws. It must not allocate more. */
export type Decompress = (
  bytes: Uint8Array,
  maxBytes: number,
  /** Call it now and then: it throws once the time limit is over. */
  check: () => void,
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
  /** Whether the tag `Predictor` applies to this compression. */
  readonly hasPredictor: boolean;
  /**
   * Decompresses one strip or tile. It may return a view of its input, and must not change it. An error that it throws is
   * reported as `invalid_file` with the name of the compression.
   */
  readonly decode: Decompress;
}
