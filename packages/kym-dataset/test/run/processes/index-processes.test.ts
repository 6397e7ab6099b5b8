import { test } from "vitest";
import { checkEditsAndIndexes } from "./index-processes.ts";

// Indexers handoff. In the other mode, and more often, in `index-processes.soak.ts`.
test("two processes that edit and index at once (incremental) end in the tables of one after the other: no row is of an older edit", () =>
  checkEditsAndIndexes("incremental", 2));
