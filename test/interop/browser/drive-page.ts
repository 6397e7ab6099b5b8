// Drives a page in Chromium as a person does, with playwright, and sees its console and every request.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Chromium, startChromium } from "./chromium.ts";

const MOST_STARTS = 3;

export interface DrivenPage {
  readonly page: Page;
  /** What the console shows, and uncaught errors. */
  readonly messages: readonly string[];
  /** The URLs that the page asked for, also where nothing answers. The page itself is the first. */
  readonly requests: readonly string[];
}

/** A browser whose pages are driven, until it is disposed. */
export interface DrivenBrowser extends AsyncDisposable {
  /** Opens a page and waits until it is loaded. */
  open(url: string, options?: PageLook): Promise<DrivenPage>;
  /** Closes all pages. */
  close(): Promise<void>;
}

export interface PageLook {
  readonly width?: number;
  readonly height?: number;
  readonly deviceScaleFactor?: number;
  readonly colorScheme?: "light" | "dark";
  readonly javaScriptEnabled?: boolean;
  readonly hasTouch?: boolean;
}

/** Starts Chromium with a profile of its own. */
export async function driveChromium(): Promise<DrivenBrowser> {
  const { running, browser } = await connected();
  return {
    open: async (url, options = {}) => {
      const { width = 1280, height = 900, ...look } = options;
      const context = await browser.newContext({ viewport: { width, height }, ...look });
      const page = await context.newPage();
      const [messages, requests]: [string[], string[]] = [[], []];
      page.on("console", (message) => messages.push(`${message.type()}: ${message.text()}`));
      page.on("pageerror", (error) => messages.push(String(error)));
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(url, { timeout: 120_000 });
      return { page, messages, requests };
    },
    close: async () => {
      for (const context of browser.contexts()) {
        await Promise.all(context.pages().map((page) => page.close()));
      }
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await running[Symbol.asyncDispose]();
    },
  };
}

/** The first Chromium on a cold machine may end, or not answer, before it is driven: a new one is started then, and says so. */
async function connected(): Promise<{ readonly running: Chromium; readonly browser: Browser }> {
  for (let attempt = 1; ; attempt++) {
    let running: Chromium | undefined;
    try {
      running = await startChromium();
      const browser = await chromium.connectOverCDP(running.devToolsUrl, { timeout: 60_000 });
      return { running, browser };
    } catch (error) {
      await running?.[Symbol.asyncDispose]();
      if (attempt === MOST_STARTS) {
        throw error;
      }
      console.warn(
        `\nChromium is started again: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    }
  }
}

/** What axe finds against the rules of WCAG 2.2, A and AA, and of good practice: a line for each element. */
export async function axeViolations(page: Page): Promise<readonly string[]> {
  // Evaluated and not added as an element, which the policy of a page may refuse.
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const axe: unknown = Reflect.get(globalThis, "axe");
    const run: unknown = typeof axe === "object" && axe !== null ? Reflect.get(axe, "run") : undefined;
    if (typeof run !== "function") {
      return ["axe did not load"];
    }
    const { violations } = await Reflect.apply(run, axe, [document]);
    return violations.flatMap((violation: { id: string; nodes: { html: string; target: unknown[] }[] }) =>
      violation.nodes.map(({ html, target }) => `${violation.id}: ${target.join(" ")} ${html.slice(0, 160)}`),
    );
  });
}

/** Puts fingers on a page, moves them in steps, and lifts them: each from one place to another, in CSS pixels. */
export async function moveFingers(
  page: Page,
  fingers: readonly { readonly from: Place; readonly to: Place }[],
  steps = 5,
): Promise<void> {
  const devTools = await page.context().newCDPSession(page);
  const at = (share: number): { x: number; y: number; id: number }[] =>
    fingers.map(({ from, to }, id) => ({
      ...{ id, x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) },
    }));
  await devTools.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (let step = 1; step <= steps; step++) {
    await devTools.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(step / steps) });
  }
  await devTools.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await devTools.detach();
}

interface Place {
  readonly x: number;
  readonly y: number;
}

const AXE: string = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
