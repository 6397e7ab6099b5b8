import * as fc from "fast-check";
import {
  createMaskRoi,
  createRectRoi,
  type PlaneSize,
  type Roi,
  type RoiBounds,
  type RoiFieldsInit,
} from "../src/index.ts";
import { MASK_DATA_KEYS } from "../src/mask.ts";
import { RECT_DATA_KEYS } from "../src/rect.ts";
import { ENVELOPE_KEYS } from "../src/roi-fields.ts";

const coordinate = fc.integer({ min: -50, max: 50 });

/** Any four integers near 0: inverted, empty and negative bounds among them. */
export const anyBounds: fc.Arbitrary<RoiBounds> = fc.record({
  dim0Start: coordinate,
  dim0Stop: coordinate,
  dim1Start: coordinate,
  dim1Stop: coordinate,
});

export const anySize: fc.Arbitrary<PlaneSize> = fc.record({ height: fc.nat(40), width: fc.nat(40) });

const KEYS_WITH_A_MEANING = new Set([...ENVELOPE_KEYS, ...RECT_DATA_KEYS, ...MASK_DATA_KEYS, "revision"]);

const unknownKey = fc
  .oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "id", "img_mean", "x2"))
  .filter((key) => !KEYS_WITH_A_MEANING.has(key));

/** JSON objects of any shape, without the keys that envelopes use themselves. */
export const anyJsonObject: fc.Arbitrary<Record<string, unknown>> = fc
  .dictionary(unknownKey, fc.jsonValue(), { maxKeys: 5 })
  .map((value) => Object.fromEntries(Object.entries(value)));

const fields: fc.Arbitrary<RoiFieldsInit> = fc.record(
  {
    id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    name: fc.string({ unit: "grapheme" }),
    note: fc.string(),
    channel: fc.integer({ min: 1, max: 9 }),
    z: fc.nat(9),
    revision: fc.nat(1000),
    stats: fc.record({
      imgMin: finiteNumber(),
      imgMax: finiteNumber(),
      imgMean: finiteNumber(),
      imgStd: finiteNumber(),
    }),
    meta: anyJsonObject,
    extra: anyJsonObject,
    dataExtra: anyJsonObject,
  },
  { requiredKeys: ["id"] },
);

/** Rects and masks, with and without everything that is optional. */
export const anyRoi: fc.Arbitrary<Roi> = fc.oneof(
  fc.tuple(fields, anyBounds).map(([common, bounds]) => createRectRoi({ ...common, bounds })),
  fc
    .tuple(fields, fc.string({ minLength: 1 }))
    .map(([common, maskRef]) => createMaskRoi({ ...common, maskRef })),
);

/** Without the negative zero, which JSON text does not keep apart. */
function finiteNumber(): fc.Arbitrary<number> {
  return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
}
