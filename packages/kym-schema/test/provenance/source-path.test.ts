import { expect, test } from "vitest";
import { sourcePathOf } from "../../src/index.ts";

test.each([
  ["/data/28d AngII/20250722/20250722_A89_0002.tif", ["20250722_A89_0002", "20250722", "28d AngII"]],
  ["C:\\lab\\day 1\\cell.ome.tif", ["cell.ome", "day 1", "lab"]],
  ["C:/lab/cell.tif", ["cell", "lab", null]],
  ["\\\\server\\share\\day\\cell.tif", ["cell", "day", "share"]],
  ["/data/a\\b.tif", ["a\\b", "data", null]],
  ["/.hidden", [".hidden", null, null]],
  ["cell", ["cell", null, null]],
  ["", [null, null, null]],
  [undefined, [null, null, null]],
])("%j", (path, parts) => {
  const { fileName, parentFolder, grandparentFolder } = sourcePathOf(path);
  expect([fileName, parentFolder, grandparentFolder]).toEqual(parts);
});
