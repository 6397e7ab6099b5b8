import { expect, test } from "vitest";
import { microscopeCalibration } from "../../src/index.ts";

const header = (sections: unknown): string => JSON.stringify({ olympus_header: { sections }, header: {} });

test("the steps are those of the microscope's header, whatever the metadata's own header says", () => {
  const text = header([
    { name: "Image", entries: [["Image Size", "3 * 4 [pixel]"]] },
    {
      name: "Dimensions",
      entries: [
        ["X Dimension", "3, 0.0 - 1.5 [um], 0.500 [um/pixel]"],
        ["T Dimension", "1, 0.000 - 0.004 [s], Interval FreeRun"],
      ],
    },
  ]);
  expect(microscopeCalibration(text)).toEqual({ umPerPx: 0.5, secondsPerLine: 0.001 });
});

test("a header that gives no steps gives null, and no header gives undefined", () => {
  const general = [{ name: "General", entries: [["Name", "a.oir"]] }];
  expect(microscopeCalibration(header(general))).toEqual({ umPerPx: null, secondsPerLine: null });
  expect(microscopeCalibration("{}")).toBeUndefined();
  expect(microscopeCalibration(header([{ name: "Other", entries: [] }]))).toBeUndefined();
  expect(microscopeCalibration(header("none"))).toBeUndefined();
});
