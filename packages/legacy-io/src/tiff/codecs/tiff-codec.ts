/** A compression of TIFFs as one object. */

/** Decompresses to at most `maxBytes`, or throws; what is beyond is not allocated. */
export type Decompress = (
  bytes: Uint8Array,
  maxBytes: number,
  /** To be called now and then: it throws once the time is up. */
  check: () => void,
) => Uint8Array | Promise<Uint8Array>;

/**
 * A compression that is read. Those of `all-codecs.ts` are always there; the option `codecs` of `readTiff` takes further
 * ones, which come first, so that one of the same code takes the place of ours: `nodeTiffCodecs` of `./node` is a list of
 * such.
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
  /** The values of the tag `Compression` that mean it. */
  readonly codes: readonly number[];
  /** As `TiffInfo.compression` and messages call it. */
  readonly name: string;
  /** The most bytes that one byte can become: pixels that a file cannot hold are refused before room is made for them. */
  readonly maxRatio: number;
  /** Whether the tag `Predictor` has a meaning beside it. */
  readonly hasPredictor: boolean;
  /**
   * What it gives may be a view of what it is given, which is not to be changed. An error that it throws becomes
   * `invalid_file`, naming the compression.
   */
  readonly decode: Decompress;
}
