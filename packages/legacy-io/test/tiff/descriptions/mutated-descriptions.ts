/** Changes descriptions of TIFFs at random, and checks what is made of them. */
import { expect } from "vitest";
import { isLegacyIoError } from "../../../src/errors.ts";
import { imageLayout } from "../../../src/tiff/axes/image-layout.ts";
import { statedScales } from "../../../src/tiff/axes/stated-scales.ts";
import { bytesSource } from "../../../src/tiff/byte-source.ts";
import { describeTiff } from "../../../src/tiff/read-tiff.ts";
import { ascii, buildTiff, greyTags } from "../tiff-fixture.ts";

const SOUND = [
  "ImageJ=1.54p\nunit=sec\nyunit=\\u00B5m\naxes=xt\nmin=0.0\nmax=239.0\n",
  "ImageJ=1.54p\nimages=1\nunit=cm\nfinterval=2.5\ntunit=min\nfps=10\ncf=0\nc0=10.0\nc1=2.0\nvunit=ratio\nzeroclip=true\n",
  '{"Scan axes": [{"Axis": 0, "Number of pixels": 2, "Pixel size (um)": 0.284}], "Line time (s)": 0.00076}',
  '{"shape": [2, 3], "axes": "XT", "TimeIncrement": 1.17, "TimeIncrementUnit": "ms", "PhysicalSizeX": 0.284}',
];
/** Pieces that change what a text means, where random characters would only break it. */
const PIECES = [
  "",
  "-",
  "1e999",
  "0",
  "NaN",
  "null",
  "[]",
  "{",
  "}",
  '"',
  "=",
  "\n",
  "axes=txs\n",
  "unit=s\n",
  "\u0000",
  "µ",
  "99999999999",
];

const RESOLUTION = [282, 283].map((tag) => ({ tag, type: 5, values: [250, 71] }) as const);

/** The same numbers for the same seed (Park and Miller). */
function numbersOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** Reads `runs` changed descriptions. Each gives positive steps along axes that the image has, or a typed error. */
export async function checkMutatedDescriptions(
  runs: number,
): Promise<{ readonly read: number; readonly stated: number }> {
  const below = numbersOf(20_261_130);
  let [read, stated] = [0, 0];
  for (let run = 0; run < runs; run++) {
    let text = SOUND[run % SOUND.length] ?? "";
    for (let change = below(4); change >= 0; change--) {
      const at = below(text.length);
      text = `${text.slice(0, at)}${PIECES[below(PIECES.length)]}${text.slice(at + below(6))}`;
    }
    const page = {
      tags: greyTags(3, 2, 16, [ascii(270, text), ...RESOLUTION]),
      segments: [new Uint8Array(12)],
    };
    try {
      const info = await describeTiff(bytesSource(buildTiff([page])));
      const layout = imageLayout(info);
      const count = (shape: readonly number[]): number =>
        shape.reduce((product, length) => product * length, 1);
      expect(count(layout.shape), text).toBe(count(info.shape));
      expect(
        layout.from.map((axis) => info.shape[axis]),
        text,
      ).toEqual(layout.shape);
      for (const scale of statedScales(layout, info.calibration)) {
        expect(scale === null || (scale.step > 0 && Number.isFinite(scale.step)), text).toBe(true);
        stated += scale === null ? 0 : 1;
      }
      read++;
    } catch (error) {
      expect(isLegacyIoError(error), `${text}: ${String(error)}`).toBe(true);
    }
  }
  return { read, stated };
}
