// Offers a record's pixels and artifacts through the interfaces that TIFF folders implement too.

import { defaultAxes } from "../../array/axes.ts";
import type { NdArray } from "../../array/nd-array.ts";
import type { AxisRange, RegionSelection } from "../../array/region.ts";
import { ZarrStoreError } from "../../errors.ts";
import type { ArtifactStore } from "../../image/artifact-store.ts";
import type { PixelStore } from "../../image/pixel-store.ts";
import type { ArrayArtifacts } from "./array-artifacts.ts";
import type { JsonArtifacts } from "./json-artifacts.ts";
import type { RecordPixels } from "./record-pixels.ts";
import type { TabularArtifacts } from "./tabular-artifacts.ts";

/** The name of the channel axis. */
const CHANNEL_AXIS = "c";

/** A record's pixels as a `PixelStore`, the interface that TIFFs implement too. */
export function pixelStoreOf(id: string, pixels: RecordPixels): PixelStore {
  const describe: PixelStore["describe"] = async (options = {}) => {
    const { shape, dtype } = await pixels.open(options);
    return { shape, dtype, axes: (await pixels.axes(options)) ?? defaultAxes(shape.length) };
  };
  return {
    describe,
    loadRegion: (selection, options) => pixels.loadRegion(selection, options),
    loadChannel: async (channel, options = {}) => {
      const { shape, axes } = await describe(options);
      const axis = axes.indexOf(CHANNEL_AXIS);
      const count = axis < 0 ? 1 : (shape[axis] ?? 0);
      if (!Number.isInteger(channel) || channel < 1 || channel > count) {
        throw new ZarrStoreError("invalid_argument", `${id} has channels 1 to ${count}, not ${channel}`, {
          expected: count,
          found: channel,
        });
      }
      if (axis < 0) {
        return pixels.load(options);
      }
      const selection: RegionSelection = shape.map((_, index): AxisRange | undefined =>
        index === axis ? { start: channel - 1, stop: channel } : undefined,
      );
      return withoutAxis(await pixels.loadRegion(selection, options), axis);
    },
  };
}

/** The parts of a record that hold its artifacts. */
interface ArtifactViews {
  readonly pixels: RecordPixels;
  readonly json: JsonArtifacts;
  readonly tables: TabularArtifacts;
  readonly arrays: ArrayArtifacts;
}

/** A record's artifacts as an `ArtifactStore`, the interface that folders of sidecars implement too. */
export function artifactStoreOf({
  pixels,
  json,
  tables,
  arrays,
}: ArtifactViews): Omit<ArtifactStore, "edit"> {
  return {
    list: async () => ({
      json: await json.list(),
      tables: await tables.list(),
      arrays: await arrays.list(),
    }),
    loadJson: (name, options) => json.load(name, options),
    loadJsonText: (name, options) => json.loadText(name, options),
    saveJson: async (name, value, options) => {
      await json.save(name, value, options);
    },
    loadTable: (name, options) => tables.load(name, options),
    saveTable: async (name, rows, options) => {
      await tables.save(name, rows, options);
    },
    loadArray: (name, options) => arrays.load(name, options),
    saveArray: (name, array, options) => arrays.save(name, array, options),
    saveScales: (scales, options) => pixels.saveScales(scales, options),
  };
}

/** Drops an axis of length 1. In C order, the data does not change. */
function withoutAxis(array: NdArray, axis: number): NdArray {
  return { ...array, shape: array.shape.filter((_, index) => index !== axis) };
}
