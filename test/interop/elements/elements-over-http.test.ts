// Checks in Chromium that the example of docs/elements.md shows an image of a dataset, and what it asks the server for.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { KymDataset } from "@kym/kym-dataset";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { createNdArray } from "@kym/zarr-store";
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

/** The lines of the second channel are brighter by 1000. */
async function makeTwoChannels(folder: string): Promise<void> {
  await using dataset = await openLocalDataset(folder);
  const [lines, columns] = [1500, 16];
  const pixels = Uint16Array.from({ length: 2 * lines * columns }, (_, at) => {
    const isSecond = at >= lines * columns;
    return (isSecond ? 2000 : 1000) + ((at * 7) % 251);
  });
  const image = createNdArray("uint16", [2, lines, columns], pixels);
  await dataset.addImage(image, { id: "both", axes: ["c", "t", "x"] });
  await new KymDataset(dataset).updateOverviews();
}

/** Serves a folder on an origin of its own, which allows others or not. */
async function serveElsewhere(folder: string, allows: boolean): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const allowed = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    const headers = allows ? allowed : {};
    try {
      response.writeHead(200, headers).end(await readFile(join(folder, path)));
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.skipIf(!hasChromium() || data === undefined)("the example of docs/elements.md", () => {
  let site: ViteSite;
  let server: ViteServer;
  let browser: DrivenBrowser;

  beforeAll(async () => {
    await buildPackages();
    const { html, script } = await exampleOfDocs();
    const main = join(REPOSITORY_ROOT, ".cache/elements-main.ts");
    await mkdir(dirname(main), { recursive: true });
    await writeFile(main, script);
    site = await makeViteSite(main);
    const page = html.replace(script, "").replace("<script ", '<script src="/main.ts" ');
    await writeFile(
      join(site.folder, "index.html"),
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Scan</title><link rel="icon" href="data:,"><main><h1>Scan</h1>${page}</main></html>`,
    );
    await using dataset = await openLocalDataset(join(site.publicFolder, "study.zarr"));
    await ingestLegacyFolder(dataset, data ?? "");
    await makeTwoChannels(join(site.publicFolder, "channels.zarr"));
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
    const overviews = pathsIn(driven).filter((path) => path.includes("overview"));
    expect(overviews.length).toBe(1);
    expect(await driven.page.evaluate("kept.isConnected")).toBe(false);
  });

  /** Shows another dataset in the page, and returns what the element says of an error, or of its overview. */
  const shown = async (driven: DrivenPage, attributes: Readonly<Record<string, string>>): Promise<unknown> =>
    driven.page.evaluate(`new Promise((resolve) => {
      const image = ${IMAGE};
      image.addEventListener("kym-error", ({ detail }) => resolve([detail.code ?? null, detail.message]), { once: true });
      image.addEventListener("kym-load", () => resolve([image.data.overview.low, image.data.overview.high]), { once: true });
      for (const [name, value] of Object.entries(${JSON.stringify(attributes)})) image.setAttribute(name, value);
    })`);

  test("shows the channel that is asked for, and says which ones there are", async () => {
    const driven = await browser.open(server.url);
    await wait(driven, `${IMAGE}.data?.traces.length === 2`);
    const both = { src: "/channels.zarr", image: "both" };
    expect(await shown(driven, { ...both, channel: "2" })).toEqual([2000, 2250]);
    await wait(driven, `${IMAGE}.data.stretches.length === 1`);
    expect(
      await driven.page.evaluate(`${IMAGE}.data.stretches[0].plane.pixels.reduce((a, b) => Math.min(a, b))`),
    ).toBe(2000);
    expect(await shown(driven, { channel: "1" })).toEqual([1000, 1250]);
    expect(await shown(driven, { channel: "3" })).toEqual([
      "not_found",
      "channel: both has channels 1 to 2, found 3",
    ]);
  });

  test("shows a dataset of another origin that allows it, and says in words that one which does not cannot be read", async () => {
    await using open = await serveElsewhere(site.publicFolder, true);
    await using closed = await serveElsewhere(site.publicFolder, false);
    const driven = await browser.open(server.url);
    await wait(driven, `${IMAGE}.data?.traces.length === 2`);
    const both = { image: "both", channel: "1" };
    expect(await shown(driven, { ...both, src: `${open.url}/channels.zarr` })).toEqual([1000, 1250]);
    await driven.page.evaluate(`${IMAGE}.data = undefined`);
    const [, words] = (await shown(driven, { ...both, src: `${closed.url}/channels.zarr` })) as string[];
    expect(words).toContain(closed.url);
    expect(words).toMatch(/CORS/);
    await wait(driven, `${IMAGE}.shadowRoot.querySelector(".message.error")?.textContent.includes("CORS")`);
  });
});
