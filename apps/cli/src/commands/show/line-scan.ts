// What a microscope says of a line scan, for a screen.

import { ARTIFACTS } from "@kym/kym-schema";
import { isZarrStoreError, type ZarrImageRecord } from "@kym/zarr-store";
import { printable } from "../../terminal/text-table.ts";

/** How a line was scanned. What the artifact does not say is null. */
export interface LineScan {
  readonly mode: string | null;
  readonly cycle: number | null;
  readonly significant_bits: number | null;
  /** The names of the channels, in the order of the image. */
  readonly channels: readonly string[];
  /** When the scan began, as a recording spells it, and its zone: `utc`, `offset` or `no zone`. */
  readonly start?: { readonly text: string; readonly zone: string };
}

/** Reads the artifact of Prairie View's XML or of a recording; undefined for an image without one, or one that cannot be read. */
export async function lineScanOf(record: ZarrImageRecord): Promise<LineScan | undefined> {
  return (await saidIn(record, ARTIFACTS.prairieScan)) ?? saidIn(record, ARTIFACTS.recordedScan);
}

async function saidIn(record: ZarrImageRecord, artifact: string): Promise<LineScan | undefined> {
  try {
    const {
      mode,
      cycle,
      significant_bits: bits,
      channels,
      ...said
    } = membersOf(await record.loadJson(artifact));
    const { text, zone } = membersOf(said["start"]);
    const isOfRecording =
      artifact === ARTIFACTS.recordedScan && typeof text === "string" && typeof zone === "string";
    return {
      mode: typeof mode === "string" ? mode : null,
      cycle: typeof cycle === "number" ? cycle : null,
      significant_bits: typeof bits === "number" ? bits : null,
      channels: (Array.isArray(channels) ? channels : []).flatMap((channel) => {
        if (typeof channel === "string") {
          return [channel];
        }
        const { name, channel: number } = membersOf(channel);
        return typeof name === "string" ? [name] : typeof number === "number" ? [`channel ${number}`] : [];
      }),
      ...(isOfRecording && { start: { text, zone } }),
    };
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

const ZONES: ReadonlyMap<string, string> = new Map([
  ["utc", " (UTC)"],
  ["no zone", " (no zone)"],
]);

/** When a scan began: in words of the file if it is a recording, otherwise by the clock of the microscope, which may say no zone. */
export function acquiredText(local: string | null, scan: LineScan | undefined, saysNoZone: boolean): string {
  if (scan?.start !== undefined) {
    return `${printable(scan.start.text)}${ZONES.get(scan.start.zone) ?? ""}`;
  }
  return local === null ? "unknown" : `${local}${saysNoZone ? " (no zone)" : ""}`;
}

/** One line, or none if nothing is known. */
export function lineScanText(scan: LineScan | undefined): readonly string[] {
  const { mode = null, cycle = null, significant_bits: bits = null, channels = [] } = scan ?? {};
  const parts = [
    ...(mode === null ? [] : [printable(mode)]),
    ...(bits === null ? [] : [`${bits} significant bits`]),
    ...(cycle === null ? [] : [`cycle ${cycle}`]),
    ...(channels.length === 0 ? [] : [channels.map(printable).join(", ")]),
  ];
  return parts.length === 0 ? [] : [parts.join(" · ")];
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
