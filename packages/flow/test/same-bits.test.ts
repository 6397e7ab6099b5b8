import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const SOURCE = join(import.meta.dirname, "../src");
/** What engines compute to the last bit each in its own way. `**` is `Math.pow`. */
const OWN_WAY = /Math\.(?:a?(?:sin|cos|tan)h?|atan2|exp|expm1|log\w*|pow|hypot|cbrt)\b|\w \*\* /;

test("velocities, cleaning and events use nothing that engines compute differently", () => {
  for (const folder of ["radon", "lspiv", "cleaning", "events", "plane", "statistics"]) {
    const files = readdirSync(join(SOURCE, folder), { recursive: true, encoding: "utf8" });
    for (const file of files.filter((name) => name.endsWith(".ts"))) {
      expect([file, OWN_WAY.exec(readFileSync(join(SOURCE, folder, file), "utf8"))]).toEqual([file, null]);
    }
  }
  expect(OWN_WAY.test(readFileSync(join(SOURCE, "heart-rate/lomb-spectrum.ts"), "utf8"))).toBe(true);
});
