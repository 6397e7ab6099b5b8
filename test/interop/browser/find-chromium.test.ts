// Checks that pages are tested in the Chromium that Debian installed.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { startChromium } from "./chromium.ts";
import { DevTools } from "./dev-tools.ts";
import { findChromium } from "./find-chromium.ts";

const SYSTEM = "/usr/bin/chromium";

test.skipIf(!existsSync(SYSTEM))("where Debian installed Chromium, pages are opened in it", async () => {
  const program = await findChromium();
  expect(program).toEqual({ path: SYSTEM, libraries: [], from: "debian", headless: "--headless" });
  const says = execFileSync(SYSTEM, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  await using chromium = await startChromium();
  const { product } = await (await DevTools.connect(chromium.devToolsUrl)).send("Browser.getVersion");
  expect(says).toContain(`Chromium ${String(product).replace("Chrome/", "")} `);
});
