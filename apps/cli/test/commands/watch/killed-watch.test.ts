import { it } from "vitest";
import { watchBesideRandomWriters } from "./killed-watch.ts";

it(
  "a watch that is killed beside two writers and starts again has each TIFF in the dataset whole and once",
  { timeout: 120_000 },
  () => watchBesideRandomWriters([1], 6),
);
