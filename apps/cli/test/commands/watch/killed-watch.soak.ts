import { it } from "vitest";
import { watchBesideRandomWriters } from "./killed-watch.ts";

it.concurrent.each([11, 21, 31, 41, 51])(
  "a watch that is killed again and again beside four writers has each TIFF whole and once, from seed %d",
  { timeout: 600_000 },
  (seed) => watchBesideRandomWriters([seed, seed + 1, seed + 2, seed + 3], 60),
);
