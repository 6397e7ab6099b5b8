import { expect, it } from "vitest";
import { codesOfChanges, SAMPLE } from "./changed-record.ts";

it("a commit record is refused with any one byte changed to any other", async () => {
  expect(await codesOfChanges(SAMPLE, 1)).toEqual(["integrity", "not_supported"]);
}, 300_000);
