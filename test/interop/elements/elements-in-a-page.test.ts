// Checks what the elements draw and do in a real Chromium, in a page that is one file.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { levelOf, PALETTES, paletteOf } from "@kym/view";
import { pageScript } from "@kym/viewer-elements/page-script";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { REPOSITORY_ROOT } from "../../gates/source/source-tree.ts";
import { hasChromium } from "../browser/chromium.ts";
import {
  axeViolations,
  type DrivenBrowser,
  type DrivenPage,
  driveChromium,
  moveFingers,
} from "../browser/drive-page.ts";
import { CONTRAST, GAP, kymographScript, LINES, SECONDS_PER_LINE, valueAt } from "./made-kymograph.ts";

/** Markup, and the end of a script, in the name of a file. */
const NAME = 'scan <img src=x onerror="boom()"></script><b>1</b>';
/** The left and right room for axes, so that the picture is one CSS pixel per line. */
const WIDTH = LINES + 58 + 14;
const LOOKS = [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark", deviceScaleFactor: 2 }],
  ["narrow", { width: 400, deviceScaleFactor: 2 }],
] as const;
/** For people who look at what the tests see. */
const CAPTURES = join(REPOSITORY_ROOT, ".cache/captures");

describe.skipIf(!hasChromium())("kym-image and kym-trace", () => {
  let browser: DrivenBrowser;
  let folder = "";
  let url = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-elements-"));
    const file = join(folder, "page.html");
    await writeFile(
      file,
      `<!doctype html><html lang="en" style="color-scheme: light dark"><meta charset="utf-8"><title>Scan</title>
      <body style="margin: 0; height: 3000px"><main><h1>Scan</h1><div style="max-width: ${WIDTH}px">
      <kym-image id="scan" height="100"></kym-image><kym-trace for="scan"></kym-trace></div></main>
      <script>${await pageScript()}</script><script>
      globalThis.heard = [];
      for (const name of ["kym-view", "kym-hover", "kym-select", "kym-error"]) {
        addEventListener(name, ({ detail }) => heard.push([name, detail && { ...detail, code: detail.code }]));
      }
      globalThis.image = document.querySelector("kym-image");
      globalThis.trace = document.querySelector("kym-trace");
      image.data = ${kymographScript(NAME)};
      globalThis.drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      </script></body></html>`,
    );
    url = pathToFileURL(file).href;
    browser = await driveChromium();
  }, 300_000);
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const open = async (look: Parameters<DrivenBrowser["open"]>[1] = {}): Promise<DrivenPage> => {
    const driven = await browser.open(url, look);
    await driven.page.waitForFunction('trace.shadowRoot.querySelector(".u-over line")', undefined, {
      timeout: 10_000,
    });
    return driven;
  };
  /** The pixels of the picture: RGBA, row by row, in base64. */
  const PIXELS = `(() => {
    const canvas = image.shadowRoot.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let text = "";
    for (let at = 0; at < data.length; at += 8192) {
      text += String.fromCharCode(...data.subarray(at, at + 8192));
    }
    return canvas.width + " " + canvas.height + " " + btoa(text);
  })()`;
  const BOX = `(() => {
    const { left, top, width, height } = image.shadowRoot.querySelector("canvas").getBoundingClientRect();
    return { left, top, width, height };
  })()`;
  type Box = Readonly<Record<"left" | "top" | "width" | "height", number>>;

  test.each(PALETTES)("each pixel of the canvas has the colour of its value in %s", async (palette) => {
    const { page } = await open();
    for (const [start, stop] of [
      [0, 600],
      [100, 200],
    ] as const) {
      await page.evaluate(
        `image.palette = "${palette}"; image.range = { start: ${start}, stop: ${stop} }; drawn()`,
      );
      const [width, height, pixels] = String(await page.evaluate(PIXELS)).split(" ");
      expect([width, height]).toEqual([String(LINES), "100"]);
      const found = Buffer.from(pixels ?? "", "base64");
      const expected = Buffer.alloc(LINES * 100 * 4, 255);
      for (let at = 0; at < LINES * 100; at++) {
        const [x, y] = [at % LINES, Math.floor(at / LINES)];
        const line = Math.floor(start + ((x + 0.5) / LINES) * (stop - start));
        const level = levelOf(valueAt(line, Math.floor(y / 5)), CONTRAST);
        expected.set(paletteOf(palette).subarray(3 * level, 3 * level + 3), 4 * at);
      }
      const wrong = expected.findIndex((part, at) => part !== found[at]);
      expect(wrong < 0 ? "the same" : `at byte ${wrong}: ${found[wrong]}, not ${expected[wrong]}`).toBe(
        "the same",
      );
    }
  });

  test("ROIs, slopes, events and the chart lie where their lines and columns are, to half a pixel", async () => {
    const { page } = await open();
    const box = await page.evaluate<Box>(BOX);
    const places = await page.evaluate<Record<string, number[][]>>(`(() => {
      const points = (path) => {
        const { a: scale, e, f } = path.getScreenCTM();
        return path.getAttribute("d").match(/-?[\\d.]+ -?[\\d.]+/g).map((pair) => {
          const [x, y] = pair.split(" ").map(Number);
          return [x * scale + e, y * scale + f];
        });
      };
      const edges = (node) => {
        const { left, right } = node.getBoundingClientRect();
        return [left, right];
      };
      const within = (element, query) => [...element.shadowRoot.querySelectorAll(query)];
      return {
        roi: points(within(image, '.roi[data-roi="7"]')[0]),
        slopes: points(within(image, '.slopes[data-roi="1"]')[0]).slice(0, 2),
        lane: within(image, ".event").map(edges),
        bands: within(trace, ".event").map(edges),
        chart: within(trace, ".u-over").map(edges),
      };
    })()`);
    const at = (line: number, column: number): number[] => [box.left + line, box.top + column * 5];
    const near = (found: number[][] | undefined, expected: number[][]): void => {
      expect(found?.length).toBe(expected.length);
      for (const [index, point] of expected.entries()) {
        for (const [axis, value] of point.entries()) {
          expect(Math.abs((found?.[index]?.[axis] ?? Number.NaN) - value)).toBeLessThanOrEqual(0.5);
        }
      }
    };
    near(places["roi"], [at(100, 4), at(250, 4), at(250, 12), at(100, 12)]);
    // The second window: each second one is drawn, 4 lines to either side of its centre, by half a column a line.
    near(places["slopes"], [at(8, 8), at(16, 12)]);
    near(
      places["lane"],
      [at(100, 0).slice(0, 1), at(200, 0).slice(0, 1), at(300, 0).slice(0, 1)].map(([x = 0], index) => [
        x,
        x + ([50, 1.5, 60][index] ?? 0),
      ]),
    );
    near(places["bands"], [
      [box.left + 100, box.left + 150],
      [box.left + 300, box.left + 360],
    ]);
    near(places["chart"], [[box.left, box.left + LINES]]);
  });

  test("the trace has a gap where nothing was measured", async () => {
    const { page } = await open();
    const coloured = await page.evaluate<number[]>(`(() => {
      const canvas = trace.shadowRoot.querySelector("canvas");
      const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: ${LINES} }, (_, line) => {
        let count = 0;
        for (let y = 0; y < height; y++) {
          const at = 4 * (y * width + 58 + line);
          count += data[at + 2] > 120 && data[at] < 60 && data[at + 3] > 200 ? 1 : 0;
        }
        return count;
      });
    })()`);
    expect(coloured.slice(20, 290).every((count) => count > 0)).toBe(true);
    expect(coloured.slice(GAP.start + 4, GAP.stop - 6)).toEqual(Array(GAP.stop - GAP.start - 10).fill(0));
    expect(coloured.slice(370, 580).every((count) => count > 0)).toBe(true);
  });

  const range = (page: DrivenPage["page"]): Promise<{ start: number; stop: number }> =>
    page.evaluate("image.range");

  test("keys zoom, move and show all; Shift with arrows moves a crosshair that is said", async () => {
    const { page } = await open();
    for (let tab = 0; tab < 5; tab++) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("+");
    expect(await range(page)).toEqual({ start: 100, stop: 500 });
    await page.keyboard.press("ArrowRight");
    expect(await range(page)).toEqual({ start: 180, stop: 580 });
    await page.keyboard.press("End");
    expect(await range(page)).toEqual({ start: 200, stop: 600 });
    await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.press("Shift+ArrowDown");
    await page.evaluate("drawn()");
    const said = await page.evaluate('image.shadowRoot.querySelector("[aria-live]").textContent');
    expect(said).toBe(`4.015 s · 5.8 µm · value ${valueAt(401, 11)} · ROI 1`);
    expect(await page.evaluate('trace.shadowRoot.querySelector(".readout").textContent')).toBe(
      "4.015 s · 1.67 mm/s",
    );
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    expect(await range(page)).toEqual({ start: 0, stop: LINES });
    expect(await page.evaluate("image.state.crosshair")).toBeUndefined();
  });

  test("a drag zooms to its box in image and trace, a double click shows all, the wheel waits for the focus", async () => {
    const { page, messages } = await open();
    const { left, top } = await page.evaluate<Box>(BOX);
    await page.mouse.move(left + 300, top + 50);
    await page.mouse.wheel(0, 100);
    await page.waitForFunction("scrollY === 100");
    expect(await range(page)).toEqual({ start: 0, stop: LINES });
    await page.evaluate("scrollTo(0, 0)");
    await page.mouse.move(left + 100, top + 50);
    await page.mouse.down();
    await page.mouse.move(left + 250, top + 60, { steps: 4 });
    await page.mouse.up();
    expect(await range(page)).toEqual({ start: 100, stop: 250 });
    await page.evaluate("drawn()");
    await page.mouse.wheel(0, -100);
    await page.waitForFunction("image.range.stop - image.range.start < 150");
    expect(await page.evaluate("scrollY")).toBe(0);
    const zoomed = await range(page);
    expect(zoomed.start + (250 / 600) * (zoomed.stop - zoomed.start)).toBeCloseTo(100 + (250 / 600) * 150, 6);
    await page.mouse.dblclick(left + 10, top + 10);
    expect(await range(page)).toEqual({ start: 0, stop: LINES });
    const chart = await page.evaluate<Box>(
      '(() => { const { left, top } = trace.shadowRoot.querySelector(".u-over").getBoundingClientRect(); return { left, top }; })()',
    );
    await page.mouse.move(chart.left + 400, chart.top + 20);
    await page.mouse.down();
    await page.mouse.move(chart.left + 500, chart.top + 20, { steps: 4 });
    await page.mouse.up();
    expect(await range(page)).toEqual({ start: 400, stop: 500 });
    expect(await page.evaluate("heard.filter(([name]) => name === 'kym-view').at(-1)[1]")).toMatchObject({
      ...{ start: 400, stop: 500, startS: 4, stopS: 5 },
    });
    expect(messages).toEqual([]);
  });

  test("the pointer tells time, position, value and ROI; a click chooses the ROI whose trace is shown", async () => {
    const { page } = await open();
    const { left, top } = await page.evaluate<Box>(BOX);
    await page.mouse.move(left + 120.5, top + 32.5);
    await page.evaluate("drawn()");
    expect(await page.evaluate('image.shadowRoot.querySelector(".readout").textContent')).toBe(
      `${(120.5 * SECONDS_PER_LINE).toFixed(3)} s · 3.3 µm · value ${valueAt(120, 6)} · ROI 7`,
    );
    expect(await page.evaluate("heard.at(-1)")).toEqual([
      "kym-hover",
      expect.objectContaining({ line: 120.5, column: 6.5, value: valueAt(120, 6), roiId: 7, timeS: 1.205 }),
    ]);
    const label = 'trace.shadowRoot.querySelector(".plot").getAttribute("aria-label")';
    expect(await page.evaluate(label)).toBe(`Velocity of ROI 1 of ${NAME}`);
    await page.mouse.down();
    await page.mouse.up();
    await page.evaluate("drawn()");
    expect(await page.evaluate("heard.filter(([name]) => name === 'kym-select')")).toEqual([
      ["kym-select", { roiId: 7 }],
    ]);
    expect(await page.evaluate(label)).toBe(`Velocity of ROI 7 of ${NAME}`);
  });

  test("two fingers zoom about themselves, one finger moves, and a tap chooses a ROI", async () => {
    const { page, messages } = await open({ hasTouch: true });
    const { left, top } = await page.evaluate<Box>(BOX);
    const place = (x: number): { x: number; y: number } => ({ x: left + x, y: top + 32.5 });
    await moveFingers(page, [
      { from: place(200), to: place(100) },
      { from: place(400), to: place(500) },
    ]);
    const zoomed = await range(page);
    // What lay under the fingers lies there still: 200 lines between them are now 400 pixels apart.
    expect([zoomed.start, zoomed.stop].map(Math.round)).toEqual([150, 450]);
    await moveFingers(page, [{ from: place(300), to: place(200) }]);
    const moved = await range(page);
    expect([moved.start, moved.stop].map(Math.round)).toEqual([200, 500]);
    expect(await page.evaluate("scrollY")).toBe(0);
    expect(await page.evaluate("heard.some(([name]) => name === 'kym-select')")).toBe(false);
    await page.touchscreen.tap(left + 50, top + 32.5);
    expect(await page.evaluate("heard.filter(([name]) => name === 'kym-select')")).toEqual([
      ["kym-select", { roiId: 7 }],
    ]);
    expect(messages).toEqual([]);
  });

  test("a page that is printed has the picture and the trace, drawn for paper, and is as it was afterwards", async () => {
    const { page, messages } = await open({ colorScheme: "dark" });
    await page.evaluate(`globalThis.printed = [];
      for (const event of ["beforeprint", "afterprint"]) addEventListener(event, () => printed.push(event))`);
    const before = await page.evaluate(PIXELS);
    const pdf = (await page.pdf({ width: "500px", height: "800px" })).toString("latin1");
    expect(await page.evaluate("printed")).toEqual(["beforeprint", "afterprint"]);
    const images = [...pdf.matchAll(/\/Subtype \/Image\s[^>]*?\/Width (\d+)\s[^>]*?\/Height (\d+)/g)];
    // The chart is lines in the file, and no picture.
    expect(images.map(([, width, height]) => [width, height])).toEqual([[String(LINES), "100"]]);
    await page.evaluate("drawn()");
    expect(messages).toEqual([]);
    expect(await page.evaluate(PIXELS)).toBe(before);
  });

  test("a name with markup stays text, and what is shown is said to a screen reader", async () => {
    const { page } = await open();
    expect(await page.evaluate('image.shadowRoot.querySelector(".name").textContent')).toBe(NAME);
    expect(await page.evaluate('image.shadowRoot.querySelector("img, b")')).toBeNull();
    expect(await page.evaluate('image.shadowRoot.getElementById("summary").textContent')).toBe(
      "Kymograph, time to the right: 6 s by 10 µm. 2 ROIs. ROI 1: mean velocity 1.49 mm/s, 8 of 73 windows without a number. " +
        "ROI 7: mean velocity 1.49 mm/s, 8 of 73 windows without a number. Events: 1 × baseline drop, 1 × nan gap, 1 × event.",
    );
  });

  test("what is wrong is said in words and sent, and nothing is thrown into the page", async () => {
    const { page, messages } = await open();
    const message = 'drawn().then(() => image.shadowRoot.querySelector(".message").textContent)';
    await page.evaluate("image.data = { plane: { pixels: new Uint8Array(7), lines: 2, columns: 4 } }");
    expect(await page.evaluate(message)).toBe(
      "plane: expected lines × 4 pixels in a typed array, found 2 × 4 and 7 pixels",
    );
    await page.evaluate('image.data = undefined; image.setAttribute("src", "study.zarr")');
    expect(await page.evaluate(message)).toMatch(/^src: this page can show only data that it sets itself/);
    await page.evaluate(
      'image.removeAttribute("src"); image.data = { plane: { pixels: new Uint8Array(8), lines: 2, columns: 4 } }',
    );
    await page.evaluate('image.setAttribute("palette", "jet")');
    expect(await page.evaluate(message)).toBe('palette: expected gray, fire, viridis, cividis, found "jet"');
    const codes = "heard.filter(([name]) => name === 'kym-error').map(([, detail]) => detail.code)";
    expect(await page.evaluate(codes)).toEqual(["invalid_data", "no_loader", "invalid_data"]);
    await page.evaluate('image.setAttribute("palette", "fire"); drawn()');
    expect(await page.evaluate(message)).toBe("");
    expect(messages).toEqual([]);
  });

  test("lines that cannot be loaded are said below the picture that stays, until others are there", async () => {
    const { page } = await open();
    await page.evaluate(`globalThis.broken = true; image.data = {
      size: { lines: 600, columns: 2 },
      stretches: [{ firstLine: 0, plane: { pixels: new Uint8Array(20), lines: 10, columns: 2 } }],
      loadLines: async ({ start, stop }) => {
        if (broken) throw new Error("the disk is gone <b>");
        return { pixels: new Uint8Array(2 * (stop - start)), lines: stop - start, columns: 2 };
      },
    }`);
    const foot = 'image.shadowRoot.querySelector(".foot").textContent';
    await page.waitForFunction(`${foot}.includes("⚠ the disk is gone <b>")`);
    expect(await page.evaluate('image.shadowRoot.querySelector(".message").textContent')).toBe("");
    await page.evaluate("broken = false; image.range = { start: 300, stop: 500 }");
    await page.evaluate("image.data = image.data");
    // The words of before stand until the next frame is drawn.
    await page.waitForFunction(`${foot} === "each line as recorded"`);
    expect(await page.evaluate(foot)).toBe("each line as recorded");
  });

  test.each(LOOKS)("looks right: %s, without a violation that axe finds", async (name, look) => {
    const { page, messages, requests } = await open(look);
    await page.screenshot({ path: join(CAPTURES, `elements-${name}.png`) });
    expect(await axeViolations(page)).toEqual([]);
    expect(messages).toEqual([]);
    expect(requests).toEqual([url]);
    const overflow = await page.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    expect(overflow).toBe(0);
  });

  test("a trace without an image is drawn from data of its own", async () => {
    const { page, messages } = await open();
    await page.evaluate(`(() => {
      const alone = document.createElement("kym-trace");
      const { size, pixelSize, traces, events } = image.data;
      alone.data = { size, pixelSize, traces, events };
      document.querySelector("main").append(alone);
      globalThis.alone = alone;
    })()`);
    await page.waitForFunction('alone.shadowRoot.querySelectorAll(".band").length === 2', undefined, {
      timeout: 10_000,
    });
    expect(await page.evaluate('alone.shadowRoot.querySelector(".name").textContent')).toBe("ROI 1 cleaned");
    expect(messages).toEqual([]);
  });

  test("an element that is taken out and put back draws again", async () => {
    const { page, messages } = await open();
    await page.evaluate(
      "(async () => { const at = image.parentNode; image.remove(); trace.remove(); await drawn(); at.append(image, trace); await drawn(); })()",
    );
    await page.evaluate("image.range = { start: 50, stop: 150 }; drawn()");
    const [, , pixels = ""] = String(await page.evaluate(PIXELS)).split(" ");
    expect(Buffer.from(pixels, "base64")[0]).toBe(valueAt(50, 0) - 1000);
    expect(await page.evaluate('trace.shadowRoot.querySelectorAll(".uplot").length')).toBe(1);
    expect(messages).toEqual([]);
  });
});
