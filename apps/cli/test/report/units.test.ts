import { expect, test } from "vitest";
import { originOf } from "../../src/report/numbers/units.ts";

test.each([
  ["20250722_A89_0002", "A89", "2025-07-22"],
  ["20251030_A106_0002_C001T001", "A106", "2025-10-30"],
  ["20250722_m12b_0002_0001", "m12b", "2025-07-22"],
  ["Capillary1_0001", null, null],
  ["20250722_0002", null, null],
  ["20250722_A89", null, null],
  ["20250722_A89_0002 copy", null, null],
  ["99990722_A89_0002", null, null],
])("the file name %s tells the animal %j and the day %j", (file_name, animal, day) => {
  expect(originOf({ file_name })).toMatchObject({ animal, day });
});

test("the field animal and the microscope's day come before what the file name says", () => {
  const row = {
    file_name: "20250722_A89_0002",
    animal: "mouse 7",
    acquired_local: "2025-07-23T01:10:00.000",
    date: "20250722",
  };
  expect(originOf(row)).toMatchObject({ animal: "mouse 7", animalFrom: "field", day: "2025-07-23" });
});

test.each([
  ["28d AngII/20250722/20250722_A89_0002.tif", "28d AngII"],
  ["study/28d Saline + Recovery/20250722/20250722_A89_0002.tif", "28d Saline + Recovery"],
  ["20250722/20250722_A89_0002.tif", null],
  ["28d AngII/20250721/20250722_A89_0002.tif", null],
  ["28d AngII/20250722/Capillary1.tif", null],
])("the path %s tells the treatment %j", (rel_path, treatment) => {
  const file_name = rel_path.slice(rel_path.lastIndexOf("/") + 1, -4);
  expect(originOf({ rel_path, file_name }).folderTreatment).toBe(treatment);
});
