// Checks that the script of the README's picture of a report still captures one, and that the one in docs is small.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { REPOSITORY_ROOT } from "../../gates/source/source-tree.ts";
import { hasChromium } from "../browser/chromium.ts";
import { pictureOfReport } from "./picture-report.ts";

const MOST_BYTES = 200_000;

it.skipIf(!hasChromium())(
  "the picture of a report is captured from the simulated study, and is small",
  async () => {
    const made = Buffer.from(await pictureOfReport());
    expect(made.subarray(1, 4).toString()).toBe("PNG");
    const { size } = await stat(join(REPOSITORY_ROOT, "docs/report.png"));
    // Fonts differ between machines, so that pixels cannot be compared.
    expect([made.length / size > 0.6, made.length / size < 1.6, size < MOST_BYTES]).toEqual([
      true,
      true,
      true,
    ]);
  },
  120_000,
);
