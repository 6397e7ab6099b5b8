// Finds a codec by the name that metadata gives it.

import { ALL_CODECS } from "./all-codecs.ts";
import type { ArrayToArrayCodec, BytesToBytesCodec, ZarrCodec } from "./zarr-codec.ts";

/** With this before its id, a codec of Zarr v2 has a name in Zarr v3. */
export const NUMCODECS = "numcodecs.";

/** The codecs of a caller and the built-in ones. If two have the same name, the caller's is used. */
export class CodecList {
  readonly #codecs: readonly ZarrCodec[];
  readonly #byName: ReadonlyMap<string, ZarrCodec>;
  readonly #inMetadata: Readonly<Record<2 | 3, ReadonlyMap<string, ZarrCodec>>>;

  constructor(own: readonly ZarrCodec[] = []) {
    this.#codecs = [...own, ...ALL_CODECS];
    // A map keeps the last of two entries with one key.
    const lastFirst = this.#codecs.toReversed();
    this.#byName = new Map(lastFirst.map((codec) => [codec.name, codec]));
    this.#inMetadata = { 2: byNameIn(2, lastFirst), 3: byNameIn(3, lastFirst) };
  }

  /** The codec with this name in a `zarr.json`, or with this id in a `.zarray`. */
  find(zarrFormat: 2 | 3, name: string): ZarrCodec | undefined {
    return this.#inMetadata[zarrFormat].get(name);
  }

  /** The names of one kind of codec in a version of Zarr, for a message: `zstd, gzip or crc32c`. */
  namesOf(zarrFormat: 2 | 3, kind: ZarrCodec["kind"]): string {
    const ofKind = this.#codecs.filter((codec) => codec.kind === kind);
    return [...byNameIn(zarrFormat, ofKind).keys()].join(", ").replace(/, ([^,]*)$/, " or $1");
  }

  arrayToArray(name: string): ArrayToArrayCodec | undefined {
    const codec = this.#byName.get(name);
    return codec?.kind === "array-array" ? codec : undefined;
  }

  bytesToBytes(name: string): BytesToBytesCodec | undefined {
    const id = name.startsWith(NUMCODECS) ? name.slice(NUMCODECS.length) : undefined;
    const codec = this.#byName.get(name) ?? (id === undefined ? undefined : this.find(2, id));
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

/** The list that includes a caller's codecs. Usually the caller has no codecs, and one shared list is used. */
export function codecListOf(own: readonly ZarrCodec[] = []): CodecList {
  return own.length === 0 ? BUILT_IN : new CodecList(own);
}
