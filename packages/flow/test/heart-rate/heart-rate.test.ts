import { expect, test } from "vitest";
import { heartRate } from "../../src/index.ts";
import { chance } from "../support/made-planes.ts";

const RATE_HZ = 214;

function pulse(bpm: number, { seconds = 20, missing = 0.1, amplitude = 0.3 } = {}) {
  const random = chance(bpm);
  const timeS = Float64Array.from({ length: seconds * RATE_HZ }, (_, index) => index / RATE_HZ);
  const velocityMmPerS = timeS.map((time) => {
    const beat = amplitude * Math.sin((2 * Math.PI * time * bpm) / 60);
    return random() < missing ? Number.NaN : -(1 + beat + 0.5 * (random() - 0.5));
  });
  return { timeS, velocityMmPerS };
}

test("a pulse is found by both methods, with gaps, in flow of either direction", async () => {
  for (const bpm of [300, 420, 555]) {
    const rate = await heartRate(pulse(bpm));
    expect(rate.status).toBe("ok");
    expect(Math.abs(rate.lomb!.bpm - bpm)).toBeLessThan(1);
    expect(Math.abs(rate.welch!.bpm - bpm)).toBeLessThan(30);
    expect(rate.validFraction).toBeCloseTo(0.9, 1);
    expect(rate.lomb!.snr).toBeGreaterThan(20);
  }
});

test("a rate at the edge of the band is flagged, and segments have their rates", async () => {
  expect((await heartRate(pulse(245))).lomb?.edgeFlag).toBe(true);
  const { segments } = await heartRate(pulse(420), { doSegments: true });
  expect(segments?.bpm.length).toBeGreaterThan(10);
  expect([...segments!.bpm].every((bpm) => Math.abs(bpm - 420) <= 30)).toBe(true);
});

test("where there is too little, or nothing that beats, that is said", async () => {
  expect(await heartRate(pulse(420, { seconds: 1 }))).toMatchObject({
    status: "insufficient_valid",
    lomb: null,
  });
  const still = { timeS: pulse(420).timeS, velocityMmPerS: new Float64Array(20 * RATE_HZ).fill(1) };
  expect(await heartRate(still)).toMatchObject({ status: "no_peak_lomb", lomb: null });
  const slow = pulse(420);
  const coarse = { ...slow, timeS: slow.timeS.map((time) => 20 * time) };
  expect(await heartRate(coarse)).toMatchObject({ status: "no_peak_welch", welch: null });
});
