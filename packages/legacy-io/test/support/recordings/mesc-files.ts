// Writes MESc files in the layout that Femtonics' software has, as far as it is described.

import { type AttributeParts, type DatasetParts, Hdf5Blocks, le, type TypeName } from "./hdf5-blocks.ts";

/** A unit. Values are `1000 · channel + 10 · row + pixel`, rows counted over frames. */
export interface MescUnitParts {
  readonly session?: number;
  readonly unit?: number;
  readonly shape?: readonly number[];
  readonly channels?: number;
  readonly type?: TypeName;
  readonly layout?: DatasetParts["layout"];
  readonly filters?: DatasetParts["filters"];
  /** Beside or instead of those that each unit has. A number is a float, a bigint a whole number, a text an array of bytes. */
  readonly attributes?: Readonly<Record<string, MescValue>>;
}

export type MescValue =
  | number
  | bigint
  | string
  | { readonly utf16: string }
  | { readonly fixed: string }
  | undefined;

export function mescValue(channel: number, row: number, pixel: number): number {
  return 1000 * channel + 10 * row + pixel;
}

const COMMON: Readonly<Record<string, MescValue>> = {
  XAxisConversionConversionLinearScale: 0.25,
  XAxisConversionUnitName: { utf16: "\u00b5m" },
  ZAxisConversionConversionLinearScale: 2,
  ZAxisConversionUnitName: { utf16: "ms" },
  ZAxisGeomRole: 0n,
  MeasurementDatePosix: 1_700_000_000n,
  MeasurementDateNanoSecs: 707_000_000n,
};

/** @param version of the headers: 1 with symbol tables, as such files have, or 2 with link messages */
export function mescBytes(units: readonly MescUnitParts[], version: 1 | 2 = 1): Uint8Array<ArrayBuffer> {
  const blocks = new Hdf5Blocks(version);
  const sessions = new Map<number, Record<string, number>>();
  for (const [at, parts] of units.entries()) {
    const { session = 0, unit = at } = parts;
    const links = sessions.get(session) ?? {};
    links[`MUnit_${unit}`] = addUnit(blocks, parts);
    sessions.set(session, links);
  }
  const root = [...sessions].map(([number, links]) => [`MSession_${number}`, blocks.group(links)] as const);
  return blocks.file(blocks.group(Object.fromEntries(root)));
}

function addUnit(blocks: Hdf5Blocks, parts: MescUnitParts): number {
  const { shape = [6, 1, 4], channels = 1, type = "u2", layout, filters } = parts;
  const datasets = Array.from({ length: channels }, (_, channel) => [
    `Channel_${channel}`,
    blocks.dataset({
      shape,
      type,
      data: valuesOf(shape, channel, type),
      ...(layout !== undefined && { layout }),
      ...(filters !== undefined && { filters }),
    }),
  ]);
  const attributes = Object.entries({ ...COMMON, VecChannelsSize: BigInt(channels), ...parts.attributes });
  return blocks.group(
    Object.fromEntries(datasets),
    attributes.flatMap(([name, value]) => (value === undefined ? [] : [attributeOf(name, value)])),
  );
}

function attributeOf(name: string, value: NonNullable<MescValue>): AttributeParts {
  if (typeof value === "number") {
    const data = Buffer.alloc(8);
    data.writeDoubleLE(value);
    return { name, type: "f8", shape: [], data };
  }
  if (typeof value === "bigint") {
    return { name, type: "u8", shape: [1], data: le(value, 8) };
  }
  if (typeof value === "object" && "fixed" in value) {
    const data = Buffer.from(value.fixed);
    return { name, type: `S${data.length}`, shape: [], data };
  }
  const [data, type, size] =
    typeof value === "string"
      ? ([Buffer.from(`${value}\0`, "latin1"), "u1", 1] as const)
      : ([Buffer.from(`${value.utf16}\0`, "utf16le"), "u2", 2] as const);
  return { name, type, shape: [data.length / size], data };
}

function valuesOf(shape: readonly number[], channel: number, type: TypeName): Buffer {
  const count = shape.reduce((product, size) => product * size, 1);
  const pixels = shape.at(-1) ?? 1;
  const size = Number(/\d+/.exec(type)?.[0]);
  const bytes = Buffer.alloc(count * size);
  for (let at = 0; at < count; at++) {
    const value = mescValue(channel, Math.floor(at / pixels), at % pixels);
    const view = bytes.subarray(at * size, (at + 1) * size);
    if (type.includes("f")) {
      size === 4 ? view.writeFloatLE(value) : view.writeDoubleLE(value);
    } else {
      view.set(le(value, size));
    }
    if (type.startsWith(">")) {
      view.reverse();
    }
  }
  return bytes;
}
