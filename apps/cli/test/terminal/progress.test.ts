import { describe, expect, it } from "vitest";
import { firstLineOf } from "../../src/commands/ingest/first-line-of.ts";
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

  it("of a long job begins with a line of its own, once, before its items are counted", () => {
    const lines: string[] = [];
    const err = (text: string): number => lines.push(text);
    const terminal = {
      out: err,
      err,
      outIsTty: false,
      errIsTty: false,
      width: 60,
      color: false,
      errMoves: false,
    };
    for (const style of ["auto", "json", "none"] as const) {
      const progress = startProgress(terminal, "loaded", style, () => 0);
      const events = [
        { type: "found", tiffs: 99, sizeBytes: 5 },
        { type: "found", tiffs: 128, sizeBytes: 5 },
        { type: "found", tiffs: 192, sizeBytes: 5 },
      ] as const;
      for (const event of events) {
        const first = firstLineOf(event, "/lab/28d AngII");
        if (first !== undefined) {
          progress.begin(first);
        }
      }
    }
    expect(lines).toEqual(["looking through 28d AngII: 128 TIFFs so far\n"]);
    expect(firstLineOf({ type: "found", tiffs: 1, sizeBytes: 2e8 }, "/lab")).toBe(
      "looking through lab: 1 TIFF so far",
    );
    expect(firstLineOf({ type: "found", tiffs: 130, recordings: 2, sizeBytes: 5 }, "/lab")).toBe(
      "looking through lab: 130 images so far",
    );
    expect(firstLineOf({ type: "planned", toIngest: 500, found: 500 }, "/lab")).toBeUndefined();
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
