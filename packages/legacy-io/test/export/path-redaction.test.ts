import { expect, test } from "vitest";
import { folderOfSource, redactPaths } from "../../src/export/path-redaction.ts";

test("paths below a folder become relative, at the borders of names only", () => {
  const redact = redactPaths(["/lab", "/lab/day one/", "C:\\Users\\Ana"]);
  expect(redact("/lab/a.tif, /lab/day one/b.tif, /lab, /lab2/c.tif, x/lab/d.tif")).toBe(
    "a.tif, b.tif, ., /lab2/c.tif, x/lab/d.tif",
  );
  expect(redact('{"path": "C:\\\\Users\\\\Ana\\\\a.tif"} C:\\Users\\Ana\\b')).toBe('{"path": "a.tif"} b');
});

test("folders are found as JSON and CSV write them", () => {
  const redact = redactPaths(['/lab/"µ"']);
  expect(redact('"/lab/\\"µ\\"/a" "/lab/\\"\\u00b5\\"/a" "/lab/""µ""/a"')).toBe('"a" "a" "a"');
});

test("a folder that is everywhere is none", () => {
  expect(redactPaths(["/", "", "C:\\"])("a/b C:\\x /c")).toBe("a/b C:\\x /c");
});

test("the folder of a source is what is above its path in the folder", () => {
  expect(folderOfSource("/lab/day/a.tif", "day/a.tif")).toBe("/lab");
  expect(folderOfSource("C:\\lab\\day\\a.tif", "day/a.tif")).toBe("C:\\lab");
  expect(folderOfSource("/lab/day/a.tif", undefined)).toBe("/lab/day");
  expect(folderOfSource("a.tif", "a.tif")).toBe("");
});
