import { test } from "vitest";
import { checkRebuild } from "./check-rebuild.ts";

test("incremental equals rebuild, for 30 random sequences of edits", () => checkRebuild(30));
