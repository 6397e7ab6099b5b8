// Reads rows of an OIR recording as an array, and says what its samples and channels are.

import type { DType, NdArray } from "@kym/zarr-store";
import { createNdArray, itemSizeBytes } from "@kym/zarr-store/array";
import { MACHINE_ENDIAN, swapInPlace } from "@kym/zarr-store/bytes";
import { LegacyIoError } from "../../errors.ts";
import { type OirPiece, readChannel } from "./oir-channel.ts";
import type { OirFacts } from "./oir-facts.ts";

export const OIR_DTYPES: ReadonlyMap<number, DType> = new Map([
  [1, "uint8"],
  [2, "uint16"],
  [4, "float32"],
]);

/** @throws {LegacyIoError} `not_supported` for samples of 3 or more than 4 bytes */
export function oirDType(bytesPerSample: number, fileName: string): DType {
  const dtype = OIR_DTYPES.get(bytesPerSample);
  if (dtype === undefined) {
    throw new LegacyIoError("not_supported", `${fileName}: samples of ${bytesPerSample} bytes are not read`, {
      expected: [...OIR_DTYPES.keys()],
      found: bytesPerSample,
    });
  }
  return dtype;
}

export function channelName(id: string, at: number, facts: OirFacts): string {
  const name = facts.channels.find((channel) => channel.id === id)?.name ?? "";
  return name === "" ? `channel ${at + 1}` : name;
}

export function significantBits(bits: number | undefined, dtype: DType): number | undefined {
  const all = itemSizeBytes(dtype) * 8;
  return dtype !== "float32" && bits !== undefined && bits < all ? bits : undefined;
}

/** Rows `start` to `stop` of `rows`, of all channels or of one. What is missing is zero. */
export async function readRows(
  channels: readonly (readonly OirPiece[])[],
  dtype: DType,
  width: number,
  [start, stop, rows]: readonly [start: number, stop: number, rows: number],
  plane: number | undefined,
  signal: AbortSignal | undefined,
): Promise<NdArray> {
  const wanted = plane === undefined ? channels : channels.slice(plane, plane + 1);
  const areRows = Number.isSafeInteger(start) && Number.isSafeInteger(stop) && start >= 0 && stop <= rows;
  if (!areRows || stop < start || wanted.length === 0) {
    throw new LegacyIoError("invalid_argument", `no lines ${start} to ${stop} in a scan of ${rows}`, {
      expected: [0, rows],
      found: [start, stop],
    });
  }
  const shape = channels.length > 1 ? [wanted.length, stop - start, width] : [stop - start, width];
  const array = createNdArray<DType>(dtype, shape);
  const bytes = new Uint8Array(array.data.buffer);
  const lineBytes = width * itemSizeBytes(dtype);
  const channelBytes = (stop - start) * lineBytes;
  for (const [at, pieces] of wanted.entries()) {
    await readChannel(
      pieces,
      start * lineBytes,
      bytes.subarray(at * channelBytes, (at + 1) * channelBytes),
      signal,
    );
  }
  if (MACHINE_ENDIAN !== "little") {
    swapInPlace(bytes, itemSizeBytes(dtype));
  }
  return array;
}
