// Decides which axes of an image become t, c, z, y and x of NGFF, in which order, and with which scale.

import type { AxisScale, AxisScales } from "@kym/zarr-store/array";

/** An axis of an exported image. */
export interface WrittenNgffAxis {
  readonly name: "t" | "c" | "z" | "y" | "x";
  readonly type: "time" | "channel" | "space";
  /** A unit of NGFF. Absent where the axis has none, and for lines in seconds: on an axis of `space` no reader takes them. */
  readonly unit?: "second" | "micrometer";
  /** The step from one element to the next; 1 without a calibration. */
  readonly scale: number;
  /** The name of the axis in the dataset. */
  readonly datasetAxis: string;
  /** What the axis is, in the block that is ours. Null where that is not known. */
  readonly is: "time" | "position" | null;
  /** The unit of {@link scale} in a dataset's words; null for an axis without a calibration. */
  readonly datasetUnit: string | null;
}

/** The axes of an exported image, slowest first. */
export interface NgffLayout {
  /** Axis `i` of the export is axis `order[i]` of the dataset's array. */
  readonly order: readonly number[];
  readonly axes: readonly WrittenNgffAxis[];
}

const CHANNELS: ReadonlySet<string> = new Set(["c", "s"]);
const ORDER: readonly WrittenNgffAxis["name"][] = ["t", "c", "z", "y", "x"];
const TYPES = { t: "time", c: "channel", z: "space", y: "space", x: "space" } as const;
const SECONDS = "s";

/**
 * Lays out an image of 2 to 5 axes. The plane, which is the last two axes besides channels, becomes `y` and `x`. An axis that
 * NGFF has no word for takes the first free one of z, t and c.
 *
 * @param axes names in the order of the array
 * @param scales one entry per axis, units `s` or `µm`
 * @see https://ngff.openmicroscopy.org/0.5/index.html#multiscales-metadata
 */
export function ngffLayout(axes: readonly string[], scales: AxisScales): NgffLayout {
  const [rows, columns] = planeOf(axes);
  const names = new Map<WrittenNgffAxis["name"], number>([
    ["y", rows],
    ["x", columns],
  ]);
  const leading = axes.map((_, at) => at).filter((at) => at !== rows && at !== columns);
  const isWanted = (at: number): boolean => wantedName(axes[at] ?? "") !== undefined;
  for (const at of [...leading.filter(isWanted), ...leading.filter((one) => !isWanted(one))]) {
    const wanted = wantedName(axes[at] ?? "");
    const name = [...(wanted === undefined ? [] : [wanted]), ...FREE].find((one) => !names.has(one));
    if (name !== undefined) {
      names.set(name, at);
    }
  }
  const placed = ORDER.flatMap((name) => {
    const at = names.get(name);
    return at === undefined ? [] : [{ name, at }];
  });
  return {
    order: placed.map(({ at }) => at),
    axes: placed.map(({ name, at }) => axisOf(name, axes[at] ?? "", scales[at] ?? null)),
  };
}

const FREE = ["z", "t", "c"] as const;

function wantedName(axis: string): "t" | "c" | "z" | undefined {
  if (CHANNELS.has(axis)) {
    return "c";
  }
  return axis === "t" || axis === "z" ? axis : undefined;
}

/** The rows and columns: the last two axes besides channels, or the last two of an array that has no others. */
function planeOf(axes: readonly string[]): readonly [rows: number, columns: number] {
  const [rows, columns] = axes.flatMap((name, at) => (CHANNELS.has(name) ? [] : [at])).slice(-2);
  return rows === undefined || columns === undefined ? [axes.length - 2, axes.length - 1] : [rows, columns];
}

function axisOf(
  name: WrittenNgffAxis["name"],
  datasetAxis: string,
  scale: AxisScale | null,
): WrittenNgffAxis {
  const type = TYPES[name];
  const isTime = scale?.unit === SECONDS;
  const unit =
    scale === null || type === "channel"
      ? undefined
      : isTime
        ? type === "time"
          ? "second"
          : undefined
        : type === "space"
          ? "micrometer"
          : undefined;
  return {
    name,
    type,
    ...(unit && { unit }),
    scale: type === "channel" ? 1 : (scale?.step ?? 1),
    datasetAxis,
    is: scale === null || type === "channel" ? null : isTime ? "time" : "position",
    datasetUnit: type === "channel" ? null : (scale?.unit ?? null),
  };
}
