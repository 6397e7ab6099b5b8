// Makes docs/report.png, the README's picture of a report: simulates a lab's study, and captures its report in Chromium.

/**
 *     npx -y pnpm@12 picture:report [file]
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { kym } from "../../../apps/cli/test/support/kym.ts";
import { simulateLabFolder } from "../../../apps/demos/src/simulator/simulate-lab-folder.ts";
import { driveChromium } from "../browser/drive-page.ts";

/** The scan with a stall. */
const SCAN = "20250715_A32_0002";
const WIDTH = 800;
const PICTURE = resolve(import.meta.dirname, "../../../docs/report.png");

/** The PNG: what the report shows of the scan with a stall. */
export async function pictureOfReport(): Promise<Uint8Array> {
  const cwd = await mkdtemp(join(tmpdir(), "kym-picture-"));
  try {
    await simulateLabFolder(join(cwd, "lab"), { imageCount: 16 });
    for (const args of [
      ["ingest", "lab", "study.zarr", "--index"],
      ["report", "study.zarr", "-o", "report.html"],
    ]) {
      const { exitCode, stderr } = await kym(args, { cwd });
      if (exitCode !== 0 && exitCode !== 3) {
        throw new Error(`kym ${args.join(" ")} ended with ${exitCode}: ${stderr}`);
      }
    }
    await using browser = await driveChromium();
    const { page } = await browser.open(pathToFileURL(join(cwd, "report.html")).href, {
      ...{ width: WIDTH, height: 900, colorScheme: "light" },
    });
    const scan = page.locator("article").filter({ hasText: SCAN });
    await scan.scrollIntoViewIfNeeded();
    await page.waitForFunction(
      (name) =>
        [...document.querySelectorAll("article")]
          .filter(({ textContent }) => textContent?.includes(name))
          .flatMap((article) => [...article.querySelectorAll("kym-image, kym-trace")])
          .every((element) => element.shadowRoot?.querySelector("canvas")?.style.width !== ""),
      SCAN,
    );
    // What is said below the pictures is left out, as a README has no room for it.
    await scan.locator("ul, details").evaluateAll((elements) => elements.map((element) => element.remove()));
    await page.mouse.move(0, 0);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    return await scan.screenshot();
  } finally {
    await rm(cwd, { recursive: true });
  }
}

if (import.meta.main) {
  await writeFile(process.argv[2] ?? PICTURE, await pictureOfReport());
}
