import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawStudy } from "../../src/picture/draw-study.ts";

const PICTURE = join(import.meta.dirname, "../../../../docs/study.svg");

test("the picture in the root README is what the script draws, byte for byte", async () => {
  expect(await drawStudy()).toBe(readFileSync(PICTURE, "utf8"));
});
