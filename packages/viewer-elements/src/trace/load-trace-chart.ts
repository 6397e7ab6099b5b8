// Loads the chart, and uPlot with it, with the first trace.

import type { TraceChart } from "./trace-chart.ts";

/** What makes charts. */
export type TraceChartClass = typeof TraceChart;

/**
 * Loads the chart. uPlot formats numbers in the language of the browser from the moment it is loaded, and throws where that is
 * not a language: some builds of Chromium without language files say `en-US@posix`. There the browser says `en-US` while uPlot is
 * loaded; the labels of our charts are made without it.
 */
export async function loadTraceChart(): Promise<TraceChartClass> {
  const hasLanguage = isLanguage(navigator.language);
  if (!hasLanguage) {
    Object.defineProperty(navigator, "language", { value: "en-US", configurable: true });
  }
  try {
    const { TraceChart } = await import("./trace-chart.ts");
    return TraceChart;
  } finally {
    if (!hasLanguage) {
      Reflect.deleteProperty(navigator, "language");
    }
  }
}

/** Whether `Intl` takes a word for a language (BCP 47). */
export function isLanguage(word: string): boolean {
  try {
    return Intl.getCanonicalLocales(word).length === 1;
  } catch {
    return false;
  }
}
