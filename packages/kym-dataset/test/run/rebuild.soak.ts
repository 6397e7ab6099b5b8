import { test } from "vitest";
import { checkRebuild } from "./check-rebuild.ts";

test("incremental equals rebuild, for 300 random sequences of edits", () => checkRebuild(300), 300_000);
