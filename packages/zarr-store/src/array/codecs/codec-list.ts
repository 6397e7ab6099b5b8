/** Finds codecs by what metadata call them. */
import { ALL_CODECS } from "./all-codecs.ts";
import type { ArrayToArrayCodec, BytesToBytesCodec, ZarrCodec } from "./zarr-codec.ts";

/** The codecs of a caller, before those that are always there: one of the same name takes the place of ours. */
export class CodecList {
  readonly #codecs: readonly ZarrCodec[];
  readonly #byName: ReadonlyMap<string, ZarrCodec>;
  readonly #inMetadata: Readonly<Record<2 | 3, ReadonlyMap<string, ZarrCodec>>>;

  constructor(own: readonly ZarrCodec[] = []) {
    this.#codecs = [...own, ...ALL_CODECS];
    // Of two entries of one key a map keeps the later.
    const lastFirst = this.#codecs.toReversed();
    this.#byName = new Map(lastFirst.map((codec) => [codec.name, codec]));
    this.#inMetadata = { 2: byNameIn(2, lastFirst), 3: byNameIn(3, lastFirst) };
  }

  /** The codec of this name in a `zarr.json`, or of this id in a `.zarray`. */
  find(zarrFormat: 2 | 3, name: string): ZarrCodec | undefined {
    return this.#inMetadata[zarrFormat].get(name);
  }

  /** The names of one kind, as a version of Zarr has them, in a sentence: `zstd, gzip or crc32c`. */
  namesOf(zarrFormat: 2 | 3, kind: ZarrCodec["kind"]): string {
    const ofKind = this.#codecs.filter((codec) => codec.kind === kind);
    return [...byNameIn(zarrFormat, ofKind).keys()].join(", ").replace(/, ([^,]*)$/, " or $1");
  }

  arrayToArray(name: string): ArrayToArrayCodec | undefined {
    const codec = this.#byName.get(name);
    return codec?.kind === "array-array" ? codec : undefined;
  }

  bytesToBytes(name: string): BytesToBytesCodec | undefined {
    const codec = this.#byName.get(name);
    return codec?.kind === "bytes-bytes" ? codec : undefined;
  }
}

function byNameIn(zarrFormat: 2 | 3, codecs: readonly ZarrCodec[]): ReadonlyMap<string, ZarrCodec> {
  return new Map(
    codecs
      .filter((codec) => codec.zarrFormats.includes(zarrFormat))
      .map((codec) => [zarrFormat === 2 ? (codec.v2Id ?? codec.name) : codec.name, codec]),
  );
}

const BUILT_IN = /* @__PURE__ */ new CodecList();

/** The list for codecs of a caller, which is nearly always that of no such codecs. */
export function codecListOf(own: readonly ZarrCodec[] = []): CodecList {
  return own.length === 0 ? BUILT_IN : new CodecList(own);
}
