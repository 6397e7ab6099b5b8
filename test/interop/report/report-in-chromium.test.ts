// A report in a real browser: what a reader can do with it, and what it never does.
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { hasChromium } from "../browser/chromium.ts";
import { axeViolations, type DrivenBrowser, driveChromium } from "../browser/drive-page.ts";
import { writeMadeReport } from "./made-report.ts";

const HOSTILE = `</script><img src=x onerror="document.title='caught'">&"'\u2028<b>`;
const MANY = 500;

describe.skipIf(!hasChromium())("a report in Chromium", () => {
  let folder = "";
  let browser: DrivenBrowser;
  const url = (name: string): string => pathToFileURL(join(folder, name)).href;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-report-page-"));
    browser = await driveChromium();
    await writeMadeReport(join(folder, "few.html"), { images: 24, name: "AngII 28d" });
  }, 120_000);
  afterEach(async () => {
    // A page behind another one gets no frames.
    await browser.close();
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it("asks for nothing but itself, prints nothing on the console, and draws what is in view", async () => {
    const { page, messages, requests } = await browser.open(url("few.html"));
    await page.locator("#image-1").scrollIntoViewIfNeeded();
    await drawn(page, "#image-1");
    expect(await darkAndBright(page, "#image-1 kym-image")).toBe(true);
    // Not yet: it is far below.
    expect(await page.locator("#image-24 kym-image").count()).toBe(0);
    await page.locator("#image-24").scrollIntoViewIfNeeded();
    await drawn(page, "#image-24");
    expect([messages, requests]).toEqual([[], [url("few.html")]]);
  });

  it("sorts by the buttons of its header with the keyboard, says so, and follows links to images", async () => {
    const { page } = await browser.open(url("few.html"));
    const velocities = async (): Promise<readonly number[]> =>
      (await page.locator("#images-table td:nth-child(6)").allTextContents()).map(Number);
    expect(await page.locator("#images-table th:nth-child(6)").textContent()).toBe("mean velocity (mm/s)");
    const unsorted = await velocities();
    const button = page.getByRole("button", { name: "mean velocity" });
    await button.focus();
    await page.keyboard.press("Enter");
    expect(await velocities()).toEqual(unsorted.toSorted((a, b) => a - b));
    expect(await page.locator("#sort-said").textContent()).toBe("sorted by mean velocity (mm/s), ascending");
    await page.keyboard.press("Space");
    expect(await velocities()).toEqual(unsorted.toSorted((a, b) => b - a));
    expect(await page.locator("th[aria-sort]").allTextContents()).toEqual(["mean velocity (mm/s)"]);
    await page.getByRole("link", { name: "AngII 28d 17", exact: true }).press("Enter");
    expect(new URL(page.url()).hash).toBe("#image-18");
  });

  it("filters the table and the images by words and by condition, says how many are left, and shows all again", async () => {
    const { page } = await browser.open(url("few.html"));
    const shown = async (): Promise<readonly number[]> => [
      await page.locator("#images-table tbody tr:visible").count(),
      await page.locator("article:not([hidden])").count(),
    ];
    await page.getByLabel("Filter table and images").fill("A2 accepted");
    await page.keyboard.press("Tab");
    await page.locator("#filter-group").selectOption("Control");
    const [rows, images] = await shown();
    expect([rows, images]).toEqual([2, 2]);
    expect(await page.locator("#filter-said").textContent()).toBe("2 of 24 images");
    await page.getByRole("button", { name: "Show all" }).press("Enter");
    expect(await shown()).toEqual([24, 24]);
  });

  it("has no violation of axe's rules, light and dark, wide and 400 px wide, and does not scroll sideways", async () => {
    for (const look of [
      { colorScheme: "light" },
      { colorScheme: "dark" },
      { colorScheme: "light", width: 400 },
    ] as const) {
      const { page } = await browser.open(url("few.html"), look);
      await page.locator("#image-1").scrollIntoViewIfNeeded();
      await drawn(page, "#image-1");
      expect(await axeViolations(page), JSON.stringify(look)).toEqual([]);
      const beyond = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(beyond, JSON.stringify(look)).toBeLessThanOrEqual(0);
    }
  }, 120_000);

  it("before it is printed, every picture that the filter leaves is drawn and every list unfolded", async () => {
    const { page } = await browser.open(url("few.html"));
    await page.getByLabel("Filter table and images").fill("A3");
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await page.locator("article:not([hidden]) kym-image").count()).toBe(6);
    expect(await darkAndBright(page, "article:not([hidden]) kym-image")).toBe(true);
    expect(await page.locator("details:not([open])").count()).toBe(0);
    expect(await page.locator(".controls, nav").filter({ visible: true }).count()).toBe(0);
    // The width of A4 between the margins of the page: a browser shrinks, or cuts off, what is wider.
    await page.setViewportSize({ width: 703, height: 1000 });
    const beyond = await page.evaluate(() =>
      [...document.querySelectorAll("main *")]
        .filter((element) => element.getBoundingClientRect().right > innerWidth)
        .map(({ tagName, className }) => `${tagName} ${className}`),
    );
    expect(beyond).toEqual([]);
    expect(await axeViolations(page)).toEqual([]);
    await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    expect(await page.locator("details[open]").count()).toBe(0);
  });

  it("without JavaScript its summary, its table and the words of each image are there", async () => {
    const { page } = await browser.open(url("few.html"), { javaScriptEnabled: false });
    expect(await page.locator("#images-table tbody tr:visible").count()).toBe(24);
    expect(await page.locator("noscript p").textContent()).toContain("Without JavaScript");
    expect(await page.getByText("Analysed as it is now.").count()).toBe(24);
    // No room for pictures that nobody draws.
    const heights = await page.locator("article").evaluateAll((all) => all.map((one) => one.clientHeight));
    expect(Math.max(...heights.slice(0, 2))).toBeLessThan(400);
    expect(await page.getByText("Drag over a picture").filter({ visible: true }).count()).toBe(0);
    expect(await page.locator("svg circle").count()).toBe(24);
  });

  it("names, notes, conditions and reasons with markup are text", async () => {
    await writeMadeReport(join(folder, "hostile.html"), { images: 3, name: HOSTILE });
    const { page, messages, requests } = await browser.open(url("hostile.html"));
    await page.locator("#image-2").scrollIntoViewIfNeeded();
    await drawn(page, "#image-2");
    expect(await page.title()).toContain("</script><img src=x");
    expect(await page.evaluate(() => document.querySelectorAll("img, b:not(.counts b)").length)).toBe(0);
    expect(await page.locator("#image-2 h3").textContent()).toBe(`${HOSTILE} 1`);
    expect([messages, requests.length]).toEqual([[], 1]);
  });

  it("500 images of 38 px are less than 40 MB, open in 3 s, and each is drawn when it is reached", async () => {
    const file = join(folder, "many.html");
    await writeMadeReport(file, { images: MANY, name: "scan" });
    const bytes = (await stat(file)).size;
    const startMs = performance.now();
    const { page } = await browser.open(url("many.html"));
    const seconds = (performance.now() - startMs) / 1000;
    // What the page itself needed: other programs on the machine do not count.
    const devTools = await page.context().newCDPSession(page);
    await devTools.send("Performance.enable", { timeDomain: "threadTicks" });
    const { metrics } = await devTools.send("Performance.getMetrics");
    const processSeconds = metrics.find(({ name }) => name === "ProcessTime")?.value ?? Number.NaN;
    console.log(
      `report of ${MANY} images: ${(bytes / 1e6).toFixed(1)} MB, open after ${seconds.toFixed(2)} s, ${processSeconds.toFixed(2)} s of CPU`,
    );
    expect(bytes).toBeLessThan(40e6);
    expect(processSeconds).toBeLessThan(3);
    await page.locator(`#image-${MANY}`).scrollIntoViewIfNeeded();
    await drawn(page, `#image-${MANY}`);
    expect(await page.locator("kym-image").count()).toBeLessThan(40);
  }, 180_000);
});

function drawn(page: Page, image: string): Promise<void> {
  return page
    .waitForFunction(
      (selector) =>
        [...document.querySelectorAll(`${selector} kym-image`)].every(
          (element) => element.shadowRoot?.querySelector("canvas")?.style.width !== "",
        ),
      image,
    )
    .then(() => undefined);
}

/** Whether each canvas has pixels of many levels, from dark to bright: a fifth of them is left free on either side of extremes. */
function darkAndBright(page: Page, selector: string): Promise<boolean> {
  return page.evaluate(
    (images) =>
      [...document.querySelectorAll(images)].every((element) => {
        const canvas = element.shadowRoot?.querySelector("canvas");
        const { data } = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? {
          data: [],
        };
        const reds = new Set(data.filter((_, index) => index % 4 === 0));
        return Math.min(...reds) <= 53 && Math.max(...reds) >= 202 && reds.size > 20;
      }),
    selector,
  );
}
