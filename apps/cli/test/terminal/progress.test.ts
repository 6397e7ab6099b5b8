import { describe, expect, it } from "vitest";
import { type ProgressStyle, startProgress } from "../../src/terminal/progress.ts";
import type { Terminal } from "../../src/terminal/terminal.ts";

/** What a job of three items, 4 s each, writes to stderr. */
function progressOf(errMoves: boolean, style: ProgressStyle): string {
  let written = "";
  let nowMs = 0;
  const terminal: Terminal = {
    out: () => expect.unreachable("progress is no data"),
    err: (text) => {
      written += text;
    },
    outIsTty: false,
    errIsTty: errMoves,
    width: 60,
    color: false,
    errMoves,
  };
  const progress = startProgress(terminal, "loaded", style, () => nowMs);
  for (const done of [1, 2, 3]) {
    nowMs += 4000;
    progress.update(done, 3, `${done}.tif`);
  }
  progress.end();
  return written;
}

describe("progress", () => {
  it("is a bar on a terminal, no longer than a line, and gone at the end", () => {
    const text = progressOf(true, "auto");
    expect(text).toContain("█");
    expect(text.endsWith("\r\u001b[2K")).toBe(true);
    for (const line of text.split("\r\u001b[2K")) {
      expect(line.length).toBeLessThan(60);
    }
  });

  it("is a plain line every 5 s elsewhere, without a byte of ANSI", () => {
    const text = progressOf(false, "auto");
    expect(text).toBe("loaded 2 of 3 · 0.3/s · 4 s left · 2.tif\nloaded 3 of 3 · 0.3/s · 0 s left · 3.tif\n");
  });

  it("is an object a step for programs, and nothing when it is not wanted", () => {
    const steps = progressOf(true, "json")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(steps).toEqual(
      [1, 2, 3].map((done) => ({ progress: "loaded", done, total: 3, item: `${done}.tif` })),
    );
    expect(progressOf(true, "none")).toBe("");
  });
});
