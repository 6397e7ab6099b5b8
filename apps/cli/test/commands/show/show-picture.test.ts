import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARTIFACTS, summarizeMetadata, VELOCITY_EVENTS_SCHEMA, VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kym } from "../../support/kym.ts";

const [LINES, COLUMNS] = [240, 4];
const ESCAPE = "\u001b";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-picture-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { summarize: summarizeMetadata });
  // Brighter with time, in steps of 24 lines; the lowest column is dark.
  const pixels = Uint8Array.from({ length: LINES * COLUMNS }, (_, index) => {
    const [line, column] = [Math.floor(index / COLUMNS), index % COLUMNS];
    return column === 3 ? 0 : Math.floor(line / 24) * 25;
  });
  const image = createNdArray("uint8", [LINES, COLUMNS], pixels);
  const record = await dataset.addImage(image, { id: "measured", axes: ["t", "x"] });
  await record.saveJson(ARTIFACTS.metadata, {
    ...{ version: "2.0", header: { voxels: [0.01, 0.5], voxels_units: ["s", "um"] } },
  });
  // Windows every 4 lines: 1 mm/s, a gap of ten windows, then 0.
  await record.saveParquet(
    ARTIFACTS.radonVelocity,
    Array.from({ length: 57 }, (_, window) => ({
      ...{ roi_id: 1n, channel: 1n, time_s: (8 + 4 * window) * 0.01, um_per_px: 0.5, s_per_line: 0.01 },
      velocity_mm_s: window < 20 ? 1 : window < 30 ? null : 0,
    })),
    { schema: VELOCITY_TRACE_SCHEMA },
  );
  await record.saveParquet(
    ARTIFACTS.events,
    [{ roi_id: 1n, channel: 1n, event_id: "a", event_type: "baseline_drop", t_start_s: 0.9, t_end_s: 1.2 }],
    { schema: VELOCITY_EVENTS_SCHEMA },
  );
  await dataset.addImage(image, { id: "raw", axes: ["t", "x"] });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** The lines below everything else that `show` prints. */
async function picture(
  columns: number,
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<readonly string[]> {
  const { exitCode, stdout } = await kym(["show", "study.zarr", ...words], { cwd, columns, env });
  expect(exitCode).toBe(0);
  const [, text = ""] = /--to imagej\n\n([\s\S]*?)\n(?:\nnext: .*\n)?$/.exec(stdout) ?? [];
  return text.split("\n");
}

function times(...pieces: readonly (readonly [string, number])[]): string {
  return pieces.map(([character, count]) => character.repeat(count)).join("");
}

it("a terminal of 80 columns without colours gets shades, the trace with its gap, the event, and not an escape byte", async () => {
  const lines = await picture(80, { NO_COLOR: "1" }, "measured");
  expect(lines).toEqual([
    times([" ", 16], ["░", 16], ["▒", 16], ["▓", 16], ["█", 16]),
    times([" ", 32], ["░", 32], ["▒", 16]),
    times(["0 s", 1], [" ", 72], ["2.4 s", 1]),
    times([" ", 2], ["▀", 27], [" ", 51]),
    " ".repeat(80),
    " ".repeat(80),
    times(["·", 42], ["▄", 36], ["·", 2]),
    times([" ", 30], ["D", 1], ["─", 10]),
    "2 µm high · one line of every 3 · ROI 1: -0.06 to 1.06 mm/s · D baseline drop",
  ]);
  expect(await picture(80, { TERM: "dumb" }, "measured")).toEqual(lines);
});

it("a terminal of 120 columns with colours gets half blocks in greys, as wide as it is", async () => {
  const lines = await picture(120, { TERM: "xterm-256color" }, "measured");
  const [upper = "", lower = "", axis = ""] = lines;
  const plain = (line: string): string =>
    line
      .split(ESCAPE)
      .map((part) => part.replace(/^\[[\d;]*m/, ""))
      .join("");
  expect([upper, lower].map(plain)).toEqual(["▀".repeat(120), "▀".repeat(120)]);
  expect(axis).toHaveLength(120);
  expect(upper.endsWith(`${ESCAPE}[0m`)).toBe(true);
  // The first and last stretch of 12 characters: black over black, white over white; below, the lowest column is black.
  expect(upper.startsWith(`${ESCAPE}[38;5;16;48;5;16m▀▀▀▀▀▀▀▀▀▀▀▀${ESCAPE}`)).toBe(true);
  expect(upper).toContain(`${ESCAPE}[38;5;231;48;5;231m▀▀▀▀▀▀▀▀▀▀▀▀${ESCAPE}[0m`);
  expect(lower).toContain(`${ESCAPE}[38;5;231;48;5;16m▀▀▀▀▀▀▀▀▀▀▀▀${ESCAPE}[0m`);
  expect(lines.slice(3).join("")).not.toContain(ESCAPE);
});

it("--at draws a stretch of all lines, in lines where no line period is known", async () => {
  const lines = await picture(80, { NO_COLOR: "1" }, "measured", "--at", "600ms");
  expect(lines[2]).toBe(times(["0.6 s", 1], [" ", 70], ["1.4 s", 1]));
  expect(lines[3]).toBe(times(["▀", 26], [" ", 54]));
  expect(lines.at(-1)).toBe("2 µm high · ROI 1: -0.06 to 1.06 mm/s · D baseline drop");
  const raw = await picture(80, { NO_COLOR: "1" }, "raw", "--at", "100lines");
  expect(raw.slice(2)).toEqual([times(["line 100", 1], [" ", 64], ["line 180", 1]), "4 px high"]);
  const mistake = await kym(["show", "study.zarr", "raw", "--at", "1s"], { cwd, columns: 80 });
  expect([mistake.exitCode, mistake.stderr]).toEqual([2, expect.stringContaining("no line period")]);
});

it("nothing is drawn in a pipe, with and without colours", async () => {
  const { stdout } = await kym(["show", "study.zarr", "measured"], { cwd, env: { FORCE_COLOR: "1" } });
  expect(stdout).not.toMatch(/[▀▄█░▒▓]/);
  expect(stdout).not.toContain(ESCAPE);
  expect(stdout.trimEnd()).toMatch(/--to imagej$/);
});
