import { test } from "vitest";
import { checkEditsAndIndexes, checkFirstIndex } from "./index-processes.ts";

test("two processes that index at once, first of all, end in the tables of one", checkFirstIndex);

test.each(["incremental", "replace"] as const)(
  "two processes that edit and index at once (%s), six times each, end in the tables of one after the other",
  (mode) => checkEditsAndIndexes(mode, 6),
);
