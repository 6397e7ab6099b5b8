import { test } from "vitest";
import { checkTwoCopies } from "./two-copies.ts";

test("two copies that were edited at random are the same after pulls in both directions, with every edit in it or named as a conflict", () =>
  checkTwoCopies([5002, 5013, 5048, 5050], 12));
