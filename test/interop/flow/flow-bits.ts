// Computes what must be the same in every runtime. It runs in Node and, bundled, in a page.

import {
  cleanVelocity,
  detectVelocityEvents,
  diameter,
  heartRate,
  lspivVelocity,
  radonVelocity,
} from "@kym/flow";

export interface FlowBits {
  /** The bytes of each array, as hexadecimal digits: the same bits everywhere. */
  readonly exact: Readonly<Record<string, string>>;
  /** Numbers that agree to 1e-12. */
  readonly near: readonly (number | null)[];
}

const LINES = 4000;
const COLUMNS = 21;

/** Streaks that move and noise, by whole numbers alone. */
function madePixels(): Uint16Array {
  const pixels = new Uint16Array(LINES * COLUMNS);
  let state = 1;
  for (let line = 0; line < LINES; line += 1) {
    const place = line + Math.trunc(Math.abs((line % 150) - 75) / 5);
    for (let column = 0; column < COLUMNS; column += 1) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const isCell = (Math.imul((column - place + 9000) >> 2, 2_654_435_761) >>> 0) % 3 === 0;
      pixels[line * COLUMNS + column] = (isCell ? 300 : 900) + (state >>> 23);
    }
  }
  return pixels;
}

function hexOf(array: Float64Array): string {
  return Array.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

export async function flowBits(): Promise<FlowBits> {
  const plane = { pixels: madePixels(), lines: LINES, columns: COLUMNS };
  const calibration = { secondsPerLine: 0.00117, umPerPixel: 0.284 };
  const radon = await radonVelocity(plane, calibration);
  const removed = await radonVelocity(plane, { ...calibration, removeStaticColumns: true });
  const lspiv = await lspivVelocity(plane, calibration);
  const none = new Float64Array(0);
  const { thetaDeg, timeS, velocityMmPerS, margin, peakRatio, spread } = radon;
  const trace = { timeS: timeS ?? none, velocityMmPerS: velocityMmPerS ?? none };
  const clean = await cleanVelocity({ ...trace, thetaDeg, ...calibration });
  const lab = await cleanVelocity({ ...trace, thetaDeg, ...calibration, version: "lab" });
  const { events, thresholdMmPerS } = await detectVelocityEvents(trace);
  const numbers = events.flatMap((event) =>
    Object.values(event).filter((value) => typeof value === "number"),
  );
  const rate = await heartRate(trace);
  const widths = await diameter(plane, {
    ...calibration,
    region: { lineStart: 0, lineStop: 200, columnStart: 0, columnStop: COLUMNS },
    method: "gradient_edges",
    subPixel: true,
  });
  return {
    exact: {
      theta: hexOf(thetaDeg),
      velocity: hexOf(trace.velocityMmPerS),
      margin: hexOf(margin),
      peakRatio: hexOf(peakRatio),
      spread: hexOf(spread),
      removed: hexOf(removed.pxPerLine),
      shift: hexOf(lspiv.shiftPx),
      correlation: hexOf(lspiv.correlation),
      clean: hexOf(clean),
      lab: hexOf(lab),
      events: hexOf(Float64Array.of(thresholdMmPerS, ...numbers)),
    },
    near: [
      rate.lomb?.bpm ?? null,
      rate.lomb?.snr ?? null,
      rate.welch?.bpm ?? null,
      rate.welch?.snr ?? null,
      ...Array.from(widths.leftEdgePx, (edge) => (Number.isFinite(edge) ? edge : null)),
      ...Array.from(widths.diameterPx, (width) => (Number.isFinite(width) ? width : null)),
    ],
  };
}

Object.assign(globalThis, { flowBits });
