import { test } from "vitest";
import { checkEditsAndIndexes } from "./index-processes.ts";

// `index-processes.soak.ts` runs the other mode, and more often.
test("two processes that edit and index at once (incremental) end in the tables of one after the other: no row is of an older edit", () =>
  checkEditsAndIndexes("incremental", 2));
