import { parseMetadata } from "@kym/kym-schema";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ACCEPTED,
  EDIT_FIELDS,
  type FieldValue,
  MS_PER_LINE,
  UM_PER_PX,
} from "../../../src/commands/edit/edit-fields.ts";
import { fieldValuesOf, planEdit, type WantedValues } from "../../../src/commands/edit/plan-edit.ts";

const TEXT = `{
  "version": "2.0",
  "header": {"voxels": [0.00111396666666666667, 0.450], "voxels_units": ["s", "um"]},
  "experiment_metadata": {"condition": "AngII", "depth": 1e1, "weight": 23.50},
  "rois": [{"roi_id": "unreadable"}],
  "accepted": true
}`;
const SHAPE = [30000, 10];

const wanted = (values: Readonly<Record<string, FieldValue | undefined>>): WantedValues =>
  new Map(
    Object.entries(values).flatMap(([field, value]) => (value === undefined ? [] : [[field, { value }]])),
  );

test("an edit lists field, old and new, and leaves everything else as it is spelled", () => {
  const { changes, text } = planEdit(
    { metadataText: TEXT, shape: SHAPE },
    wanted({ condition: "control", note: "moved", depth: null, [ACCEPTED]: false }),
  );
  expect(changes).toEqual([
    { field: "depth", old: 10, new: null },
    { field: "condition", old: "AngII", new: "control" },
    { field: "note", old: null, new: "moved" },
    { field: ACCEPTED, old: true, new: false },
  ]);
  for (const kept of ["0.00111396666666666667", "0.450", '"weight": 23.50', '"unreadable"']) {
    expect(text).toContain(kept);
  }
});

test("setting a value that the image already has changes nothing", () => {
  const stored = { condition: "AngII", depth: 10, [ACCEPTED]: true, [UM_PER_PX]: 0.45, note: null };
  expect(planEdit({ metadataText: TEXT, shape: SHAPE }, wanted(stored))).toEqual({
    changes: [],
    text: undefined,
  });
});

test("a number that a spreadsheet rounded changes nothing, nor does a text with the quote that protects a CSV cell", () => {
  const text = '{"experiment_metadata": {"note": "\'=1+1", "depth": 0.123456789012345}}';
  const values: WantedValues = new Map([
    ["note", { value: "=1+1", cell: "'=1+1" }],
    ["depth", { value: 0.123456789, cell: "0.123456789" }],
  ]);
  expect(planEdit({ metadataText: text, shape: SHAPE }, values).changes).toEqual([]);
  const typed: WantedValues = new Map([["depth", { value: 0.123456789 }]]);
  expect(planEdit({ metadataText: text, shape: SHAPE }, typed).changes).toHaveLength(1);
});

test("milliseconds become the seconds that a person would write", () => {
  const { text } = planEdit({ metadataText: undefined, shape: SHAPE }, wanted({ [MS_PER_LINE]: 1.14604 }));
  expect(parseMetadata(text).header).toMatchObject({ voxels: [0.00114604, 1], voxelsUnits: ["s", "px"] });
});

test("whatever is set is then there, and setting what was there gives it back", () => {
  const values = fc.record(
    Object.fromEntries(
      EDIT_FIELDS.map(({ name, kind }) => [
        name,
        kind === "accepted"
          ? fc.boolean()
          : kind === "text"
            ? fc.string({ minLength: 1, unit: "grapheme" })
            : kind === "step"
              ? fc.option(fc.integer({ min: 1, max: 1e6 }).map((step) => step / 1000))
              : fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
      ]),
    ),
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(values, (given) => {
      const before = fieldValuesOf(parseMetadata(TEXT));
      const there = planEdit({ metadataText: TEXT, shape: SHAPE }, wanted(given));
      const after = fieldValuesOf(parseMetadata(there.text ?? TEXT));
      for (const [field, old] of before) {
        expect([field, after.get(field)]).toEqual([field, field in given ? given[field] : old]);
      }
      const back = planEdit(
        { metadataText: there.text ?? TEXT, shape: SHAPE },
        wanted(Object.fromEntries(before)),
      );
      expect(fieldValuesOf(parseMetadata(back.text ?? there.text ?? TEXT))).toEqual(before);
    }),
  );
});
