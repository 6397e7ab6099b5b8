import type { NdArray } from "@kym/zarr-store";
import { ptuFormat } from "../../../src/formats/picoquant-ptu/ptu-format.ts";
import { allLines, opened } from "../../support/recordings/opened-recording.ts";
import { PTU_TYPES, ptuBytes, ptuEvents } from "../../support/recordings/ptu-files.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

const SMALL = { lines: 4, pixels: 5 };

/** The counts of a PTU against a reader that lists all events and then counts. */
export const FUZZED_PTU: FuzzedParser<readonly NdArray[]> = {
  name: "PicoQuant PTU",
  sounds: [
    ptuBytes({ events: ptuEvents(SMALL) }),
    ptuBytes({ type: PTU_TYPES.picoHarpT3, events: ptuEvents({ ...SMALL, channels: [1] }) }),
    ptuBytes({ type: PTU_TYPES.hydraHarpT2, events: ptuEvents({ ...SMALL, lost: [2] }) }),
  ],
  read: async (bytes) => {
    const { scans } = await opened(ptuFormat, bytes, { maxDecodedBytes: 2 ** 16 });
    return Promise.all(scans.map((scan) => allLines(scan)));
  },
  disagreement: (arrays, bytes) => {
    const naive = countNaively(bytes);
    const found = arrays.map(({ data }) => Array.from(data, Number).reduce((sum, count) => sum + count, 0));
    const photons = found.reduce((sum, count) => sum + count, 0);
    if (arrays.length === 0) {
      return undefined;
    }
    const lines = arrays.reduce((sum, { shape }) => sum + (shape.at(-2) ?? 0), 0);
    return photons <= naive.photons && lines >= naive.starts && lines <= 10 * naive.starts
      ? undefined
      : `${photons} photons in ${lines} lines, of ${naive.photons} photons and ${naive.starts} markers`;
  },
};

/** Photons and start markers among all records. */
function countNaively(bytes: Uint8Array): { readonly photons: number; readonly starts: number } {
  const file = Buffer.from(bytes);
  const numbers = new Map<string, number>();
  let at = 16;
  for (;;) {
    const name = file.toString("latin1", at, at + 32).split("\0")[0] ?? "";
    const type = file.readUInt32LE(at + 36);
    const value = Number(file.readBigInt64LE(at + 40));
    at += 48;
    if (name === "Header_End") {
      break;
    }
    at +=
      type === 0x4001ffff || type === 0x4002ffff || type === 0x2001ffff || type === 0xffffffff ? value : 0;
    if (!numbers.has(name) && type < 0x2000_0000) {
      numbers.set(name, value);
    }
  }
  const isPicoHarp = ((numbers.get("TTResultFormat_TTTRRecType") ?? 0) & 0xff) === 3;
  const isT2 = (((numbers.get("TTResultFormat_TTTRRecType") ?? 0) >> 8) & 0xff) === 2;
  const bit = 2 ** ((numbers.get("ImgHdr_LineStart") ?? 0) - 1);
  let [photons, starts] = [0, 0];
  const said = numbers.get("TTResult_NumberOfRecords") ?? 0;
  const end = said > 0 ? Math.min(file.length, at + 4 * said) : file.length;
  for (; at + 4 <= end; at += 4) {
    const word = file.readUInt32LE(at);
    const top = Math.floor(word / 2 ** 28);
    const marker = isPicoHarp
      ? top === 15
        ? (isT2 ? word : Math.floor(word / 65_536)) % 16
        : -1
      : word >= 2 ** 31
        ? Math.floor(word / 2 ** 25) % 64
        : -1;
    photons += marker < 0 ? 1 : 0;
    starts += marker > 0 && marker < 16 && Math.floor(marker / bit) % 2 === 1 ? 1 : 0;
  }
  return { photons, starts };
}
