import { expect, test } from "vitest";
import { isAcqstoreList, readAcqstoreList } from "../../../src/formats/acqstore/acqstore-list.ts";
import { caught } from "../../support/caught.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("a randomised list has groups and orders, and further columns as JSON", () => {
  const list = bytes("_rel_path,_group,_random_order,_source_index,who\nd\\a.tif,Saline,1,0,e\n");
  expect(isAcqstoreList(list)).toBe(true);
  expect(readAcqstoreList(list)).toEqual([
    {
      ...{ relPath: "d/a.tif", group: "Saline", randomOrder: 1n, sourceIndex: 0n },
      others: '{"who":"e"}',
    },
  ]);
});

test("a CSV without paths is not taken for a list", () => {
  expect(isAcqstoreList(bytes("file,order\na.tif,1\n"))).toBe(false);
});

test.each(["../a.tif", "/etc/a.tif", "C:\\a.tif", "d/../../a.tif", '""'])(
  "the path %s is refused",
  async (path) => {
    const error = await caught(() => readAcqstoreList(bytes(`_rel_path,x\n${path},1\n`)));
    expect(String(error)).toContain("expected a path below the folder as _rel_path");
  },
);
