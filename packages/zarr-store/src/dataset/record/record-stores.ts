import { defaultAxes } from "../../array/axes.ts";
import type { NdArray } from "../../array/nd-array.ts";
import type { AxisRange, RegionSelection } from "../../array/region.ts";
import { isZarrStoreError, ZarrStoreError } from "../../errors.ts";
import type { ArtifactStore } from "../../image/artifact-store.ts";
import type { ImageInfo, PixelStore } from "../../image/pixel-store.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";

/** The name of the axis along which channels lie. */
const CHANNEL_AXIS = "c";

/** What these views need of a record. */
export interface RecordContents {
  readonly id: string;
  openArray(options?: ReadOptions): Promise<Pick<ImageInfo, "shape" | "dtype">>;
  getAxes(options?: ReadOptions): Promise<readonly string[] | undefined>;
  loadArray(options?: ReadOptions): Promise<NdArray>;
  loadRegion(selection: RegionSelection, options?: ReadOptions): Promise<NdArray>;
  listArtifacts(): Promise<Readonly<Record<"json" | "parquet" | "csv.gz", readonly string[]>>>;
  listArrayArtifacts(): Promise<readonly string[]>;
  loadJson(name: string, options?: ReadOptions): Promise<unknown>;
  loadJsonText: ArtifactStore["loadJsonText"];
  saveJson(name: string, value: unknown, options?: ReadOptions): Promise<string>;
  loadParquet: ArtifactStore["loadTable"];
  loadCsvGz(name: string, options?: ReadOptions): ReturnType<ArtifactStore["loadTable"]>;
  saveParquet(...args: Parameters<ArtifactStore["saveTable"]>): Promise<string>;
  loadArrayArtifact(name: string, options?: ReadOptions): Promise<NdArray>;
  saveArrayArtifact: ArtifactStore["saveArray"];
}

/** A record's pixels behind the interface that TIFFs have too. */
export function pixelStoreOf(record: RecordContents): PixelStore {
  const describe: PixelStore["describe"] = async (options = {}) => {
    const { shape, dtype } = await record.openArray(options);
    return { shape, dtype, axes: (await record.getAxes(options)) ?? defaultAxes(shape.length) };
  };
  return {
    describe,
    loadRegion: (selection, options) => record.loadRegion(selection, options),
    loadChannel: async (channel, options = {}) => {
      const { shape, axes } = await describe(options);
      const axis = axes.indexOf(CHANNEL_AXIS);
      const count = axis < 0 ? 1 : (shape[axis] ?? 0);
      if (!Number.isInteger(channel) || channel < 1 || channel > count) {
        throw new ZarrStoreError(
          "invalid_argument",
          `${record.id} has channels 1 to ${count}, not ${channel}`,
          {
            expected: count,
            found: channel,
          },
        );
      }
      if (axis < 0) {
        return record.loadArray(options);
      }
      const selection: RegionSelection = shape.map((_, index): AxisRange | undefined =>
        index === axis ? { start: channel - 1, stop: channel } : undefined,
      );
      return withoutAxis(await record.loadRegion(selection, options), axis);
    },
  };
}

/** A record's artifacts behind the interface that folders of sidecars have too. */
export function artifactStoreOf(record: RecordContents): ArtifactStore {
  return {
    list: async () => {
      const { json, parquet, "csv.gz": csvGz } = await record.listArtifacts();
      const tables = [...new Set([...parquet, ...csvGz])].sort();
      return { json, tables, arrays: await record.listArrayArtifacts() };
    },
    loadJson: (name, options) => record.loadJson(name, options),
    loadJsonText: (name, options) => record.loadJsonText(name, options),
    saveJson: async (name, value, options) => {
      await record.saveJson(name, value, options);
    },
    loadTable: async (name, options) => {
      try {
        return await record.loadParquet(name, options);
      } catch (error) {
        if (!isZarrStoreError(error, "not_found")) {
          throw error;
        }
        return record.loadCsvGz(name, options);
      }
    },
    saveTable: async (name, rows, options) => {
      await record.saveParquet(name, rows, options);
    },
    loadArray: (name, options) => record.loadArrayArtifact(name, options),
    saveArray: (name, array, options) => record.saveArrayArtifact(name, array, options),
  };
}

/** Drops an axis of length 1; in C order the data stays as it is. */
function withoutAxis(array: NdArray, axis: number): NdArray {
  return { ...array, shape: array.shape.filter((_, index) => index !== axis) };
}
