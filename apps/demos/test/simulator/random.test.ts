import { describe, expect, it } from "vitest";
import { mean } from "../../src/simulator/analysis/mean.ts";
import { seededRandom } from "../../src/simulator/random.ts";

const draw = (seed: string, count: number, kind: "uniform" | "normal"): readonly number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random[kind]());
};

describe("seededRandom", () => {
  it("gives the same numbers for the same seed, and others for another", () => {
    expect(draw("a", 100, "normal")).toEqual(draw("a", 100, "normal"));
    expect(draw("a", 100, "uniform")).not.toEqual(draw("b", 100, "uniform"));
  });

  it("is even on [0, 1)", () => {
    const values = draw("even", 20_000, "uniform");
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(mean(values.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
  });

  it("has mean 0, variance 1 and the tails of a normal distribution", () => {
    const values = draw("normal", 20_000, "normal");
    expect(Math.abs(mean(values))).toBeLessThan(0.03);
    expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.05);
    const outside = values.filter((value) => Math.abs(value) > 1.96).length / values.length;
    expect(Math.abs(outside - 0.05)).toBeLessThan(0.01);
  });

  it("gives streams of neighbouring seeds that do not go together", () => {
    const [first, second] = [draw("scan/1", 20_000, "normal"), draw("scan/2", 20_000, "normal")];
    expect(Math.abs(mean(first.map((value, index) => value * second[index]!)))).toBeLessThan(0.03);
  });
});
