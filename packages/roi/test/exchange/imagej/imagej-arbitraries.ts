import * as fc from "fast-check";
import { characterAt, LAST_CHARACTER, numberOfCharacter } from "../../../../../test/support/any-character.ts";
import type { ImageJPoint, ImageJPosition } from "../../../src/exchange/imagej/imagej-roi.ts";
import type { WritableImageJRoi } from "../../../src/exchange/imagej/write-imagej-roi.ts";

const anyCharacter = fc.nat(LAST_CHARACTER).map(characterAt, numberOfCharacter);

/** A position that a 32-bit float can hold: whole, fractional, negative, and beyond 16 bits. */
const coordinate = fc
  .oneof(
    fc.integer({ min: -6000, max: 33_000 }),
    fc.integer({ min: -(2 ** 24), max: 2 ** 24 }),
    fc.float({ min: -100_000, max: 100_000, noNaN: true }),
  )
  .map((value) => (value === 0 ? 0 : value));
const smallCoordinate = fc.integer({ min: 0, max: 1000 });

function points(position: fc.Arbitrary<number>, minLength: number, maxLength: number) {
  const point: fc.Arbitrary<ImageJPoint> = fc.record({ x: position, y: position });
  return fc.array(point, { minLength, maxLength });
}

const size = fc.oneof(fc.nat(1000), fc.nat(100_000), fc.float({ min: 0, max: 1000, noNaN: true }));
const position: fc.Arbitrary<Partial<ImageJPosition>> = fc.record(
  { slice: fc.nat(99), c: fc.nat(9), z: fc.nat(0x7fff_ffff), t: fc.nat(9) },
  { requiredKeys: [] },
);
const fields = fc.record(
  { name: fc.oneof(fc.string({ unit: anyCharacter }), fc.string({ unit: "grapheme" })), position },
  { requiredKeys: [] },
);

/** Everything that can be written, at positions that need no rounding. */
export const anyWritableRoi: fc.Arbitrary<WritableImageJRoi> = fc.oneof(
  fc
    .tuple(fields, fc.record({ x: coordinate, y: coordinate, width: size, height: size }))
    .filter(([, { x, y, width, height }]) =>
      [x, y, width, height].every((value) => Math.fround(value) === value),
    )
    .map(([common, bounds]) => ({ ...common, type: "rect" as const, bounds: withoutNegativeZero(bounds) })),
  fc
    .tuple(fields, points(coordinate, 2, 2))
    .map(([common, coordinates]) => ({ ...common, type: "line" as const, coordinates })),
  fc
    .tuple(
      fields,
      fc.constantFrom(
        "freeline" as const,
        "polyline" as const,
        "polygon" as const,
        "freehand" as const,
        "traced" as const,
        "point" as const,
      ),
      fc.oneof(points(coordinate, 1, 12), points(smallCoordinate, 1, 12)),
    )
    .map(([common, type, coordinates]) => ({ ...common, type, coordinates })),
);

function withoutNegativeZero<T extends Record<string, number>>(record: T): T {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, value === 0 ? 0 : value]),
  ) as T;
}
