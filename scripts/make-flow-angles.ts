// Writes the tables of sines and tangents that `@kym/flow` uses, rounded from integers of 320 bits.

import { writeFile } from "node:fs/promises";
import { angleTables, angleTablesText } from "./flow-angles.ts";

const file = new URL("../packages/flow/src/radon/angles/angle-tables.ts", import.meta.url);

await writeFile(file, angleTablesText(angleTables()));
