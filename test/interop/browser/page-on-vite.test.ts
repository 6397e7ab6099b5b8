// Checks in a real browser that a page which Vite built and serves opens datasets without noise in its console.

import { cp, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { openLocalDataset, packDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../../gates/source/source-tree.ts";
import { buildPackages } from "../build-packages.ts";
import { type Chromium, hasChromium, startChromium } from "./chromium.ts";
import { openPage, type Page } from "./open-page.ts";
import { makeViteSite, type ViteServer, type ViteSite } from "./vite-site.ts";

const IDS = ["scan-0", "scan-1", "scan-2"];
const SCORES = [
  { image_id: "scan-0", score: 0.5 },
  { image_id: "scan-2", score: null },
];
const OPENED = { ids: IDS, sums: [6, 10, 14] };
const LATEST_OF_OLD = "/old.zarr/__commits/latest.json";
const WASM = /\.wasm$/;
const FRONT_PAGE_HINT =
  /sends a web page \(text\/html\) where there should be a file or 404; .*appType: "mpa"/;

/** Three images and a table with a checkpoint, and twelve commits after it. */
async function makeStudy(folder: string): Promise<void> {
  const first = await openLocalDataset(folder);
  await first.transaction(async (contents) => {
    for (const [index, id] of IDS.entries()) {
      const data = Uint8Array.of(index, index + 1, index + 2, index + 3);
      await contents.addImage({ dtype: "uint8", shape: [2, 2], data }, { id });
    }
    await contents.saveTable("scores", SCORES, {
      schema: {
        columns: [
          { name: "image_id", type: "utf8", nullable: false },
          { name: "score", type: "float64" },
        ],
      },
    });
  });
  await first.close();
  const second = await openLocalDataset(folder);
  for (let count = 0; count < 12; count++) {
    await second.record("scan-1").saveJson("count", count);
  }
}

describe.skipIf(!hasChromium())("in Chromium, a page that Vite built", () => {
  let site: ViteSite;
  let chromium: Chromium;
  let single: ViteServer;
  let multiple: ViteServer;

  beforeAll(async () => {
    await buildPackages();
    site = await makeViteSite(join(import.meta.dirname, "page.ts"));
    const study = join(site.publicFolder, "study.zarr");
    await makeStudy(study);
    await packDataset(study, `${study}.zip`);
    const old = join(REPOSITORY_ROOT, "test/golden-datasets/version-2.zarr");
    await cp(old, join(site.publicFolder, "old.zarr"), { recursive: true });
    await site.build();
    chromium = await startChromium();
    single = await site.serve({ command: "preview", appType: "spa" });
    multiple = await site.serve({ command: "preview", appType: "mpa" });
  }, 600_000);
  afterAll(async () => {
    await chromium?.[Symbol.asyncDispose]();
    await single?.[Symbol.asyncDispose]();
    await multiple?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  /** The files of the bundle that hold Arrow, by what Arrow writes at the beginning of a file. */
  async function filesWithArrow({ folder }: ViteSite): Promise<readonly string[]> {
    const assets = join(folder, "dist/assets");
    const names = (await readdir(assets)).filter((name) => name.endsWith(".js"));
    const texts = await Promise.all(names.map((name) => readFile(join(assets, name), "utf8")));
    return names.filter((_, index) => texts[index]?.includes("ARROW1")).map((name) => `/assets/${name}`);
  }

  const pathsOf = ({ responses }: Page): readonly string[] => responses.map(({ path }) => path);

  test.each(["spa", "mpa"] as const)(
    "opens a dataset behind `vite preview` as %s: nothing stands in the console, and nothing is asked for in vain",
    async (appType) => {
      const page = await openPage(chromium.devToolsUrl, (appType === "spa" ? single : multiple).url);
      expect(await page.evaluate('openStudy("/study.zarr")')).toEqual(OPENED);
      expect(await page.evaluate('readTable("scores")')).toEqual(SCORES);
      expect(page.messages).toEqual([]);
      const ofData = page.responses.filter(({ path }) => path.startsWith("/study.zarr/"));
      expect(ofData.length).toBeGreaterThan(12);
      expect(ofData.filter(({ status, mimeType }) => status !== 200 || mimeType === "text/html")).toEqual([]);
    },
  );

  test("opens a packed dataset by ranges of one file, also of another origin, which hides how long that is", async () => {
    const page = await openPage(chromium.devToolsUrl, single.url);
    for (const from of ["", multiple.url]) {
      const url = `${from.replace(/\/$/, "")}/study.zarr.zip`;
      expect(await page.evaluate(`openStudy(${JSON.stringify(url)})`)).toEqual(OPENED);
      expect(await page.evaluate('readTable("scores")')).toEqual(SCORES);
    }
    expect(page.messages).toEqual([]);
    const ofData = page.responses.filter(({ path }) => path.endsWith("/study.zarr.zip"));
    expect(ofData.filter(({ status }) => status === 206).length).toBeGreaterThanOrEqual(4);
    expect(ofData.filter(({ status }) => status !== 206).length).toBeLessThanOrEqual(1);
  });

  test("loads Arrow and WebAssembly with the first table, and neither for images", async () => {
    const arrow = await filesWithArrow(site);
    expect(arrow.length).toBeGreaterThan(0);
    const isLate = (path: string): boolean => WASM.test(path) || arrow.includes(path);
    const page = await openPage(chromium.devToolsUrl, single.url);
    await page.evaluate('openStudy("/study.zarr")');
    expect(pathsOf(page).filter(isLate)).toEqual([]);
    await page.evaluate('readTable("scores")');
    expect(pathsOf(page).filter(isLate).toSorted()).toEqual(
      [...arrow, expect.stringMatching(WASM)].toSorted(),
    );
  });

  test("has no file of Arrow or WebAssembly if it reads only headers and metadata", async () => {
    await using headers = await makeViteSite(join(import.meta.dirname, "headers-page.ts"));
    await headers.build();
    const names = await readdir(join(headers.folder, "dist/assets"));
    // The XML of a microscope is read by a file of its own, which a page that reads none never loads.
    expect(names.sort()).toEqual([
      expect.stringMatching(/^index-.*\.js$/),
      expect.stringMatching(/^saxes-.*\.js$/),
    ]);
    expect(await filesWithArrow(headers)).toEqual([]);
    const { size } = await stat(join(headers.folder, "dist/assets", names[0] ?? ""));
    console.log(`readOlympusHeader and parseMetadata on Vite: ${(size / 1000).toFixed(1)} kB`);
  });

  test("says what to set where there is no dataset and the server sends its front page", async () => {
    const page = await openPage(chromium.devToolsUrl, single.url);
    const refusal = { code: "io", message: expect.stringMatching(FRONT_PAGE_HINT) };
    expect(await page.evaluate('openStudy("/none.zarr")')).toEqual(refusal);
    const other = await openPage(chromium.devToolsUrl, multiple.url);
    expect(await other.evaluate('openStudy("/none.zarr")')).toMatchObject({ code: "not_found" });
  });

  test("asks for the records of version 2 one after the other: one that is missing stands in the console", async () => {
    const page = await openPage(chromium.devToolsUrl, multiple.url);
    const opened = await page.evaluate('openStudy("/old.zarr")');
    expect(opened).toMatchObject({ ids: ["line-scan", "stack"] });
    const missing = page.responses.filter(({ status }) => status === 404).map(({ path }) => path);
    const record = "/old.zarr/__commits/00000000000000000020.json";
    expect([...new Set(missing.filter((path) => path.endsWith(".json")))]).toEqual([LATEST_OF_OLD, record]);
    // So the console is seen: each of them stands there.
    for (const path of missing) {
      expect(page.messages).toContainEqual(
        expect.stringMatching(`^Failed to load resource: .* 404 .*${path}$`),
      );
    }
  });

  test("opens a dataset and its tables behind `vite`, the server for development, as well", async () => {
    await using server = await site.serve({ command: "dev", appType: "spa" });
    const page = await openPage(chromium.devToolsUrl, server.url);
    expect(await page.evaluate('openStudy("/study.zarr")')).toEqual(OPENED);
    expect(await page.evaluate('readTable("scores")')).toEqual(SCORES);
    expect(page.messages.filter((message) => !message.includes("[vite]"))).toEqual([]);
  });
});
