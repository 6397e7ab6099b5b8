import { describe, expect, test } from "vitest";
import { findKymographs } from "../support/stored-trace.ts";
import { type Agreement, agreementOfV1, agreementsOfV0 } from "./agreement.ts";

const folder = findKymographs();

/** Windows that differ are near ties, and few. */
function expectAgreement({ windowCount, equal, differing }: Agreement): void {
  expect(differing.filter(({ margin }) => !(margin <= 1e-6))).toEqual([]);
  expect(equal / windowCount).toBeGreaterThanOrEqual(0.9995);
}

describe.runIf(folder !== undefined)("on the lab's scans", () => {
  test("a region of a capillary has the velocities that its trace says, save one near tie", async () => {
    const region = { lineStart: 10_000, lineStop: 30_000, columnStart: 0, columnStop: 12 };
    const agreement = await agreementOfV1(folder!, "Capillary1_0001", 3, region);
    expectAgreement(agreement);
    expect(agreement).toMatchObject({ windowCount: 4997, equal: 4996, blank: 279 });
    expect(agreement.differing.map(({ window }) => window)).toEqual([4566]);
  });

  test("a vessel of 10 pixels agrees with both programs, blanks and times included", async () => {
    expectAgreement(await agreementOfV1(folder!, "20250722_A89_0003", 2));
    const { file, imported, timesDiffering } = await agreementsOfV0(folder!, "20250722_A89_0003");
    expect(file).toMatchObject({ windowCount: 7497, equal: 7497, differing: [] });
    expect(imported).toMatchObject({ windowCount: 7497, equal: 7497, differing: [] });
    expect(timesDiffering).toBe(0);
  });
});
