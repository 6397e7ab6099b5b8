import { test } from "vitest";
import { checkTwoCopies } from "./two-copies.ts";

test(
  "two copies are the same after pulls in both directions, for 150 seeds",
  () =>
    checkTwoCopies(
      Array.from({ length: 150 }, (_, seed) => 1000 + seed),
      12,
    ),
  900_000,
);
