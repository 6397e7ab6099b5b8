import { test } from "vitest";
import { checkRebuild } from "./check-rebuild.ts";

test("incremental equals rebuild, for a few random sequences of edits", () => checkRebuild(6));
