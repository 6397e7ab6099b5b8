import { test } from "vitest";
import { checkReadsOfNothingChanged, checkReadsOfOneChanged } from "../support/session-reads.ts";

test("an index of which nothing changed opens the same handful of files for 40 images as for 10", () =>
  checkReadsOfNothingChanged(40));

test("an index of which one image changed opens that image and the same handful, for 40 images as for 10", () =>
  checkReadsOfOneChanged(40));
