// What a Bruker microscope says of a line scan, for a screen.

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
}

/** Reads the artifact of Prairie View's XML; undefined for an image without one, or one that cannot be read. */
export async function lineScanOf(record: ZarrImageRecord): Promise<LineScan | undefined> {
  try {
    const said = await record.loadJson(ARTIFACTS.prairieScan);
    const { mode, cycle, significant_bits: bits, channels } = membersOf(said);
    return {
      mode: typeof mode === "string" ? mode : null,
      cycle: typeof cycle === "number" ? cycle : null,
      significant_bits: typeof bits === "number" ? bits : null,
      channels: (Array.isArray(channels) ? channels : []).flatMap((channel) => {
        const { name, channel: number } = membersOf(channel);
        return typeof name === "string" ? [name] : typeof number === "number" ? [`channel ${number}`] : [];
      }),
    };
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file")) {
      return undefined;
    }
    throw error;
  }
}

export function lineScanText({ mode, cycle, significant_bits: bits, channels }: LineScan): string {
  return [
    ...(mode === null ? [] : [printable(mode)]),
    ...(bits === null ? [] : [`${bits} significant bits`]),
    ...(cycle === null ? [] : [`cycle ${cycle}`]),
    ...(channels.length === 0 ? [] : [channels.map(printable).join(", ")]),
  ].join(" · ");
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
