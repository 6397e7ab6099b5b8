import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AxisScales, axisScalesOf, withScales } from "../../src/array/axis-scale.ts";

const SECONDS = { unit: "s", step: 0.00219 };
const MICROMETRES = { unit: "\u00b5m", step: 0.2069, origin: -5.5 };

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const scale = fc.record({
  unit: fc.constantFrom("s", "\u00b5m", "um", "mm/s", "arbitrary unit", "\u{1f52c}"),
  step: number.filter((step) => step > 0),
  origin: number,
});
const scalesOfSomeAxes = fc.array(fc.option(scale), { maxLength: 8 });

describe("the attributes that say the scales of an array", () => {
  it("hold each step with its unit, the step, and the origin, and null for an axis without a scale", () => {
    expect(withScales({}, [null, SECONDS, MICROMETRES], 3)).toEqual({
      dimension_units: [null, "0.00219 s", "0.2069 \u00b5m"],
      dimension_steps: [null, 0.00219, 0.2069],
      dimension_origins: [null, 0, -5.5],
    });
  });

  it("are none if no axis has a scale", () => {
    expect(withScales({}, [null, null], 2)).toEqual({});
  });

  it("replace those that were there, and keep the others", () => {
    const before = withScales({ note: "n" }, [SECONDS, MICROMETRES], 2);
    expect(withScales(before, [null, SECONDS], 2)).toEqual({
      note: "n",
      dimension_units: [null, "0.00219 s"],
      dimension_steps: [null, 0.00219],
      dimension_origins: [null, 0],
    });
    expect(withScales(before, [null, null], 2)).toEqual({ note: "n" });
  });

  it("spell a step by the fewest digits that give the same number again", () => {
    const spelled = (step: number): unknown => withScales({}, [{ unit: "s", step }], 1)["dimension_units"];
    expect(spelled(0.1 + 0.2)).toEqual(["0.30000000000000004 s"]);
    expect(spelled(0.1)).toEqual(["0.1 s"]);
    expect(spelled(2)).toEqual(["2 s"]);
    expect(spelled(1e-7)).toEqual(["1e-7 s"]);
  });

  it("give the same scales again, also after a way through JSON", () => {
    fc.assert(
      fc.property(scalesOfSomeAxes, (scales) => {
        const attributes = withScales({}, scales, scales.length);
        const read = axisScalesOf(JSON.parse(JSON.stringify(attributes)), scales.length);
        // JSON has no -0.
        const expected = scales.map((one) => one && { ...one, origin: one.origin + 0 || 0 });
        expect(read).toEqual(expected);
      }),
    );
  });

  it.each<readonly [string, AxisScales]>([
    ["a step of 0", [{ unit: "s", step: 0 }]],
    ["a step below 0", [{ unit: "s", step: -1 }]],
    ["a step that is not a number", [{ unit: "s", step: Number.NaN }]],
    ["a step without end", [{ unit: "s", step: Number.POSITIVE_INFINITY }]],
    ["an origin that is not a number", [{ unit: "s", step: 1, origin: Number.NaN }]],
    ["an empty unit", [{ unit: "", step: 1 }]],
    ["a unit that begins with a digit", [{ unit: "3s", step: 1 }]],
    ["a unit with a space before it", [{ unit: " s", step: 1 }]],
    ["a unit with a line break", [{ unit: "s\nm", step: 1 }]],
    ["a unit of 65 characters", [{ unit: "s".repeat(65), step: 1 }]],
    ["fewer scales than axes", []],
    ["more scales than axes", [null, null]],
  ])("refuse %s", (_what, scales) => {
    expect(() => withScales({}, scales, 1)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  it.each([
    ["that are absent", {}],
    ["without the numbers", { dimension_units: ["1 s"] }],
    ["with a pair for a text", { dimension_units: [[1, "s"]], dimension_steps: [1], dimension_origins: [0] }],
    [
      "whose text has another step",
      { dimension_units: ["2 s"], dimension_steps: [1], dimension_origins: [0] },
    ],
    ["whose text has no unit", { dimension_units: ["1"], dimension_steps: [1], dimension_origins: [0] }],
    ["for more axes", { dimension_units: ["1 s", null], dimension_steps: [1, 1], dimension_origins: [0, 0] }],
  ])("give no scale if another program left some %s", (_what, attributes) => {
    expect(axisScalesOf(attributes, 1)).toEqual([null]);
  });
});
