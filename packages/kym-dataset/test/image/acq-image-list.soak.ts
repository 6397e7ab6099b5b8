import { test } from "vitest";
import { checkListReads } from "./check-list-reads.ts";

test("a list of 10 000 images reads one manifest and no pixel", () => checkListReads(10_000));
