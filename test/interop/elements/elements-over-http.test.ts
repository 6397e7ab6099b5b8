// Checks in Chromium that the example of docs/elements.md shows an image of a dataset, and what it asks the server for.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../../gates/source/source-tree.ts";
import { findSharedData } from "../../support/find-shared-data.ts";
import { hasChromium } from "../browser/chromium.ts";
import { axeViolations, type DrivenBrowser, type DrivenPage, driveChromium } from "../browser/drive-page.ts";
import { makeViteSite, type ViteServer, type ViteSite } from "../browser/vite-site.ts";
import { buildPackages } from "../build-packages.ts";

const data = findSharedData("kymographs");
/** The image of the example. */
const LINES = 30_000;

/** The first example of the page, and its script. */
async function exampleOfDocs(): Promise<{ readonly html: string; readonly script: string }> {
  const text = await readFile(join(REPOSITORY_ROOT, "docs/elements.md"), "utf8");
  const html = /```html\n(.*?)```/s.exec(text)?.[1] ?? "";
  return { html, script: /<script type="module">(.*?)<\/script>/s.exec(html)?.[1] ?? "" };
}

describe.skipIf(!hasChromium() || data === undefined)("the example of docs/elements.md", () => {
  let site: ViteSite;
  let server: ViteServer;
  let browser: DrivenBrowser;

  beforeAll(async () => {
    await buildPackages();
    const { html, script } = await exampleOfDocs();
    const main = join(REPOSITORY_ROOT, ".cache/elements-main.ts");
    await writeFile(main, script);
    site = await makeViteSite(main);
    const page = html.replace(script, "").replace("<script ", '<script src="/main.ts" ');
    await writeFile(
      join(site.folder, "index.html"),
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Scan</title><link rel="icon" href="data:,"><main><h1>Scan</h1>${page}</main></html>`,
    );
    await using dataset = await openLocalDataset(join(site.publicFolder, "study.zarr"));
    await ingestLegacyFolder(dataset, data ?? "");
    await site.build();
    server = await site.serve({ command: "preview", appType: "mpa" });
    browser = await driveChromium();
  }, 600_000);
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  const pathsIn = ({ requests }: DrivenPage): readonly string[] =>
    requests.map((url) => new URL(url).pathname).filter((path) => path.startsWith("/study.zarr/"));
  const isOfPixels = (path: string): boolean => /\/data\/(?:.*\/)?c?\/?[\d./]+$/.test(path);
  const wait = ({ page }: DrivenPage, expression: string): Promise<unknown> =>
    page.waitForFunction(expression, undefined, { timeout: 20_000 });
  const IMAGE = 'document.querySelector("kym-image")';

  test("has six lines, and shows the overview, then lines and traces, without a word in the console", async () => {
    expect((await exampleOfDocs()).html.trim().split("\n").length).toBe(6);
    const driven = await browser.open(server.url, { colorScheme: "light" });
    const { page, messages, requests } = driven;
    await wait(driven, `${IMAGE}.data?.overview`);
    await wait(driven, `${IMAGE}.data?.traces.length === 2`);
    await wait(driven, 'document.querySelector("kym-trace").shadowRoot.querySelector(".u-over line")');
    expect(await page.evaluate(`${IMAGE}.data.size.lines`)).toBe(LINES);
    expect(await page.evaluate(`${IMAGE}.data.name`)).toBe("20250722_A89_0002");
    await wait(driven, `${IMAGE}.data.stretches.length === 1`);
    await wait(driven, `${IMAGE}.shadowRoot.querySelector(".foot").textContent.includes("as recorded")`);
    const asked = pathsIn(driven);
    expect(asked.findIndex((path) => path.includes("overview"))).toBeLessThan(asked.findIndex(isOfPixels));
    await page.screenshot({ path: join(REPOSITORY_ROOT, ".cache/captures/elements-http.png") });
    await page.evaluate(`${IMAGE}.range = { start: 12000, stop: 12600 }`);
    await wait(
      driven,
      `${IMAGE}.shadowRoot.querySelector(".foot").textContent.startsWith("each line as recorded")`,
    );
    expect(pathsIn(driven).filter(isOfPixels).length).toBe(1);
    await page.screenshot({ path: join(REPOSITORY_ROOT, ".cache/captures/elements-http-zoomed.png") });
    expect(await axeViolations(page)).toEqual([]);
    expect(messages).toEqual([]);
    const origin = new URL(server.url).origin;
    expect(requests.filter((url) => !url.startsWith(origin) && !url.startsWith("data:"))).toEqual([]);
  });

  test.each([
    ["none", "not_found", /the dataset has no image "none"/],
    ["", "ambiguous", /the dataset has several images: .*20250722_A89_0002\.tif/],
  ])("says which image it does not find: %j", async (image, code, words) => {
    const driven = await browser.open(server.url);
    await wait(driven, `${IMAGE}.data`);
    const failed = driven.page.evaluate(
      `new Promise((resolve) => addEventListener("kym-error", ({ detail }) => resolve([detail.code, detail.message])))`,
    );
    await driven.page.evaluate(
      `${IMAGE}.data = undefined; ${IMAGE}.setAttribute("image", ${JSON.stringify(image)})`,
    );
    expect(await failed).toEqual([code, expect.stringMatching(words)]);
    await wait(driven, `${IMAGE}.shadowRoot.querySelector(".message.error")`);
  });

  test("says that there is no dataset, and stops loading when it is taken out of the page", async () => {
    const driven = await browser.open(server.url);
    await wait(driven, `${IMAGE}.data?.traces.length === 2`);
    const failed = driven.page.evaluate(
      `new Promise((resolve) => addEventListener("kym-error", ({ detail }) => resolve(detail.code)))`,
    );
    await driven.page.evaluate(`${IMAGE}.setAttribute("src", "/nothing.zarr")`);
    expect(await failed).toBe("not_found");
    await driven.page.evaluate(
      `globalThis.kept = ${IMAGE}; kept.setAttribute("src", "/study.zarr"); queueMicrotask(() => queueMicrotask(() => kept.remove()))`,
    );
    await driven.page.waitForTimeout(1000);
    expect(await driven.page.evaluate("kept.isConnected")).toBe(false);
  });
});
