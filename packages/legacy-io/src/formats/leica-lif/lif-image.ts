// What the XML of a LIF says of one image, as facts. Nothing here is derived.

/** An image of a file: an `Element` with `Data/Image`. */
export interface LifImage {
  /** The names of its folders and its own, without the project's: `Animal 3/Series001`. */
  readonly path: string;
  /** The block that holds its bytes. */
  readonly memoryBlockId: string | undefined;
  readonly channels: readonly LifChannel[];
  readonly dimensions: readonly LifDimension[];
  /** Attributes of its first `ATLConfocalSettingDefinition`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Steps of 100 ns since 1601 in UTC, in the order of the file. */
  readonly stamps: readonly bigint[];
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

/** A `ChannelDescription`. */
export interface LifChannel {
  readonly name: string;
  /** 0 integer, 1 float. */
  readonly dataType: number;
  /** Bits of a value that count. */
  readonly resolution: number;
  /** Bytes from the first value of the block to the first one of this channel. */
  readonly offsetBytes: number;
}

/** A `DimensionDescription`. */
export interface LifDimension {
  /** 1 x, 2 y, 3 z, 4 t, 5 emission, 6 rotation, 7 mirrored, 8 tile, 9 excitation, 10 mosaic, 11 loop. */
  readonly id: number;
  readonly count: number;
  /** From the middle of the first element to that of the last. */
  readonly length: number | undefined;
  readonly unit: string;
  readonly stepBytes: number;
}

/** What a file holds, as its XML says. */
export interface LifContents {
  /** 1: sizes of blocks take 4 bytes, 2: they take 8. */
  readonly version: number;
  readonly images: readonly LifImage[];
  /** Names of images of photon counts (FLIM), which are not arrays. */
  readonly photonCounts: readonly string[];
}

export const LIF_X = 1;
export const LIF_Y = 2;
export const LIF_T = 4;
const LETTERS = [
  "x",
  "y",
  "z",
  "t",
  "emission",
  "rotation",
  "mirror",
  "tile",
  "excitation",
  "mosaic",
  "loop",
];

/** The name of a dimension for people. */
export function lifDimensionName(id: number): string {
  return LETTERS[id - 1] ?? `dimension ${id}`;
}
