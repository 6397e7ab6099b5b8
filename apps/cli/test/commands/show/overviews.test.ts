import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summarizeMetadata } from "@kym/kym-schema";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kym } from "../../support/kym.ts";

const [LINES, COLUMNS] = [1600, 4];
const ESCAPE = "\u001b";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-overviews-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { summarize: summarizeMetadata });
  // Four stretches of 400 lines, each brighter; in the third a single bright line. The lowest column is dark.
  const pixels = Uint8Array.from({ length: LINES * COLUMNS }, (_, index) => {
    const [line, column] = [Math.floor(index / COLUMNS), index % COLUMNS];
    return column === 3 ? 0 : line === 1005 ? 250 : Math.floor(line / 400) * 20;
  });
  const image = createNdArray("uint8", [LINES, COLUMNS], pixels);
  await dataset.addImage(image, { id: "long-scan", axes: ["t", "x"] });
  const short = createNdArray(
    "uint8",
    [40, COLUMNS],
    pixels.subarray(0, 40 * COLUMNS).map((_, index) => index),
  );
  await dataset.addImage(short, { id: "short-one", axes: ["t", "x"] });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

interface Screen {
  readonly stdout: string;
  readonly stderr: string;
}

async function screen(
  columns: number | undefined,
  env: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Promise<Screen> {
  const { exitCode, stdout, stderr } = await kym(words, {
    cwd,
    ...(columns !== undefined && { columns }),
    env,
  });
  expect(exitCode, stderr).toBe(0);
  return { stdout, stderr };
}

const PLAIN = { NO_COLOR: "1" };
const COLOURED = { TERM: "xterm-256color" };
const LS = ["ls", "study.zarr", "--pictures"] as const;

function times(...pieces: readonly (readonly [string, number])[]): string {
  return pieces.map(([character, count]) => character.repeat(count)).join("");
}

/** Half blocks, each run in two greys: `[upper, lower, count]`. */
function blocks(...runs: readonly (readonly [number, number, number])[]): string {
  const run = ([upper, lower, count]: readonly [number, number, number]): string =>
    `${ESCAPE}[38;5;${upper};48;5;${lower}m${"▀".repeat(count)}`;
  return `${runs.map(run).join("")}${ESCAPE}[0m`;
}

/** The lines of an image below everything else that `show` prints. */
async function picture(
  columns: number,
  env: Readonly<Record<string, string>>,
  id: string,
): Promise<readonly string[]> {
  const { stdout } = await screen(columns, env, "show", "study.zarr", id);
  const [, text = ""] = /--to imagej\n\n([\s\S]*)\n$/.exec(stdout) ?? [];
  return text.split("\n");
}

it("a dataset without overviews says which command makes them, and kym index makes them once", async () => {
  const { stdout, stderr } = await screen(80, PLAIN, ...LS);
  expect(stdout.split("\n").slice(0, 3)).toEqual([
    "file       whole scan, time →",
    "long-scan  no overview",
    "short-one  no overview",
  ]);
  expect(stdout + stderr).toContain("2 images have no overview: kym index study.zarr makes what is missing");
  expect((await screen(80, PLAIN, "index", "study.zarr", "--dry-run")).stdout).toContain(
    "overviews: would make 2\n",
  );
  const { stdout: json } = await screen(undefined, {}, "index", "study.zarr", "--json");
  expect(JSON.parse(json)).toMatchObject({ data: { overviews: { made: 2, failed: 0 } } });
  expect((await screen(80, PLAIN, "index", "study.zarr")).stdout).not.toContain("overview");
  expect((await screen(80, PLAIN, "log", "study.zarr")).stdout).toMatch(/ overviews of 2 images\n/);
  const { stdout: changes } = await screen(undefined, {}, "diff", "study.zarr", "2", "3", "--json");
  expect(JSON.parse(changes)).toMatchObject({ data: { changes: [] } });
});

it("whole scans are drawn from overviews alone: the files of their pixels can be gone", async () => {
  for (const id of ["long-scan", "short-one"]) {
    await rm(join(cwd, "study.zarr/images", id, "data/c"), { recursive: true });
  }
  expect((await screen(80, PLAIN, ...LS)).stdout.split("\n")).toEqual([
    "file       whole scan, time →",
    times(["long-scan", 1], [" ", 36], ["░", 9], ["▒", 1], ["░", 7], ["▒", 18]),
    times(["short-one", 1], [" ", 10], ["░", 8], ["▒", 8], ["▓", 8], ["█", 8]),
    "",
  ]);
  expect(await picture(80, PLAIN, "long-scan")).toEqual([
    times([" ", 20], ["░", 20], ["▓", 10], ["█", 1], ["▓", 9], ["█", 20]),
    times([" ", 40], ["░", 10], ["▒", 1], ["░", 9], ["▒", 20]),
    times(["line 0", 1], [" ", 65], ["line 1600", 1]),
    "4 px high · middle between the darkest and the brightest line of every 20",
  ]);
  expect(await picture(80, { TERM: "dumb" }, "long-scan")).toEqual(await picture(80, PLAIN, "long-scan"));
  expect(await picture(80, PLAIN, "short-one")).toEqual([
    times([" ", 9], ["░", 8], ["▒", 8], ["▓", 7], ["█", 8]),
    times([" ", 8], ["░", 8], ["▒", 8], ["▓", 8], ["█", 8]),
    times(["line 0", 1], [" ", 27], ["line 40", 1]),
    "4 px high",
  ]);
});

it("120 columns with colours are half blocks in greys", async () => {
  const [upper, lower] = await picture(120, COLOURED, "long-scan");
  expect(upper).toBe(
    blocks([16, 16, 30], [239, 239, 30], [248, 248, 15], [252, 252, 1], [248, 248, 14], [231, 231, 30]),
  );
  expect(lower).toBe(
    blocks([16, 16, 30], [239, 16, 30], [248, 16, 15], [252, 16, 1], [248, 16, 14], [231, 16, 30]),
  );
  const [title = "", strip = ""] = (await screen(120, COLOURED, ...LS)).stdout.split("\n");
  expect(title).toBe(`${ESCAPE}[1mfile       whole scan, time →${ESCAPE}[22m`);
  expect(strip.startsWith(`long-scan  ${ESCAPE}[38;5;16;48;5;16m▀`)).toBe(true);
  expect(strip.split("▀").length - 1).toBe(109);
});

it("in a pipe, in a file and in JSON there is the list without pictures, and blind images have their blind names", async () => {
  const { stdout } = await screen(undefined, { FORCE_COLOR: "1" }, ...LS);
  expect(stdout).toBe((await screen(undefined, {}, "ls", "study.zarr")).stdout);
  expect((await screen(80, PLAIN, ...LS, "--json")).stdout).not.toMatch(/[▀░▒▓█]/);
  const blind = (await screen(80, PLAIN, ...LS, "--blind")).stdout;
  expect(blind.split("\n")[1]).toMatch(/^b[0-9a-z]{6} {2}/);
  expect(blind).not.toMatch(/long-scan|[.]tif/);
});

it("a scan that looks alike all along is grey and not black, and names as wide as two letters keep the columns", async () => {
  await using dataset = await openLocalDataset(join(cwd, "wide.zarr"), { summarize: summarizeMetadata });
  // Minimum and maximum of every bin are the same.
  const pixels = Uint8Array.from({ length: 1600 * 2 }, (_, index) => (Math.floor(index / 2) % 2) * 200);
  const names = ["流れ.tif", "plain.tif"];
  for (const [index] of names.entries()) {
    const image = createNdArray("uint8", [1600, 2], pixels);
    await dataset.addImage(image, { id: `scan-${index}`, axes: ["t", "x"] });
  }
  await dataset.saveSourcesIndex(
    names.map((name, index) => ({
      ...{ source_primary_path: `/lab/${name}`, image_id: `scan-${index}`, source_rel_path: name },
      ...{ source_mtime_ns: 1n, source_size_bytes: 1n, ingested_epoch_ns: 1n },
      source_sha256: "ab".repeat(32),
    })),
  );
  await kym(["index", "wide.zarr"], { cwd });
  expect((await screen(40, PLAIN, "ls", "wide.zarr", "--pictures")).stdout.split("\n")).toEqual([
    "file       whole scan, time →",
    times(["plain.tif  ", 1], ["▒", 29]),
    times(["流れ.tif   ", 1], ["▒", 29]),
    "",
  ]);
});

it("a damaged overview is that of one image: the others are listed, and show says everything else", async () => {
  const files = await readdir(join(cwd, "wide.zarr"), { recursive: true });
  const [overview = ""] = files.filter((name) => name.includes("~~overview"));
  const id = overview.split("/")[1] ?? "";
  await writeFile(join(cwd, "wide.zarr", overview), "damaged");
  const { stdout, stderr } = await screen(40, PLAIN, "ls", "wide.zarr", "--pictures");
  expect(stdout.match(/▒{29}/g)).toHaveLength(1);
  expect(stdout + stderr).toContain("1 image has no overview");
  const shown = await screen(80, PLAIN, "show", "wide.zarr", id);
  expect(shown.stdout).toContain("1600 × 2 uint8 (t, x)");
});
