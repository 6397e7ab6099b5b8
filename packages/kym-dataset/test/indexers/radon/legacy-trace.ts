import { readFileSync } from "node:fs";
import type { Row } from "@kym/zarr-store";

/** Splits a CSV without quotes into rows by column name; an empty cell is undefined. */
export function readPlainCsv(path: string): readonly Readonly<Record<string, string | undefined>>[] {
  const [header = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, index) => [name, cells[index] || undefined]));
  });
}

/** The rows that ingest makes of a trace CSV, reduced to what statistics use. */
export function readTrace(path: string): readonly Row[] {
  return readPlainCsv(path).map(({ roi_id: roi, channel, time, velocity }) => ({
    roi_id: BigInt(roi ?? 0),
    channel: BigInt(channel ?? 1),
    time_s: Number(time),
    velocity_mm_s: velocity === undefined ? null : Number(velocity),
  }));
}
