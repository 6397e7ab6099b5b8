import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARTIFACTS, summarizeMetadata, VELOCITY_EVENTS_SCHEMA, VELOCITY_TRACE_SCHEMA } from "@kym/kym-schema";
import { paletteOf } from "@kym/view";
import { createNdArray, type Row } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { decode } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blindName } from "../../support/blind-name.ts";
import { kym, kymJson } from "../../support/kym.ts";

const [LINES, COLUMNS] = [600, 20];
/** 2 ms a line, 0.5 µm a pixel. */
const HEADER = { voxels: [0.002, 0.5], voxels_units: ["s", "um"] };
const NAME = `<img src=x onerror="alert(1)">&'.tif`;
/** Where the image lies in a figure: a unit is a line, and 12 units are half a column of the tall panel. */
const [LEFT, TOP, WIDTH, HEIGHT] = [72, 50, 600, 110];

function roi(id: number, [y0, y1]: readonly [number, number], [x0, x1]: readonly [number, number]): object {
  return {
    ...{ roi_id: id, roi_type: "rect", version: "1.0", name: "", note: "", channel: 1, z: 0, revision: 0 },
    ...{ data: { dim0_start: y0, dim0_stop: y1, dim1_start: x0, dim1_stop: x1 }, meta: {} },
  };
}

function window(index: number, velocity: number | null): Row {
  return {
    ...{ roi_id: 1n, channel: 1n, time_s: (8 + 4 * index) * 0.002, velocity_mm_s: velocity },
    ...{ um_per_px: 0.5, s_per_line: 0.002, algorithm: "mpRadon" },
  };
}

function event(id: string, more: Row): Row {
  return { roi_id: 1n, channel: 1n, event_id: id, ...more };
}

/** Values from 0 to 254, the same in each test. */
function valueAt(line: number, column: number): number {
  return (line * 7 + column * 31) % 255;
}

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-plot-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"), { summarize: summarizeMetadata });
  const pixels = createNdArray(
    "uint16",
    [LINES, COLUMNS],
    Uint16Array.from({ length: LINES * COLUMNS }, (_, at) => valueAt(Math.floor(at / COLUMNS), at % COLUMNS)),
  );
  const measured = await dataset.addImage(pixels, { id: "measured", axes: ["t", "x"] });
  await measured.saveJson(ARTIFACTS.metadata, {
    ...{ version: "2.0", header: HEADER },
    rois: [roi(1, [100, 400], [4, 16]), roi(2, [0, 600], [0, 3])],
  });
  const velocities = [0.5, -0.5, null, 0, 0.25];
  await measured.saveParquet(
    ARTIFACTS.radonVelocity,
    velocities.map((velocity, index) => window(25 + index, velocity)),
    { schema: VELOCITY_TRACE_SCHEMA },
  );
  await measured.saveParquet(
    ARTIFACTS.events,
    [
      event("a", { event_type: "baseline_drop", t_start_s: 0.3, t_end_s: 0.4 }),
      event("b", { event_type: "baseline_rise", t_start_s: 0.8 }),
    ],
    { schema: VELOCITY_EVENTS_SCHEMA },
  );
  await dataset.addImage(pixels, { id: "raw", axes: ["t", "x"] });
  await dataset.addImage(createNdArray("float64", [5000, 2], new Float64Array(10_000).fill(Number.NaN)), {
    ...{ id: "long", axes: ["t", "x"] },
  });
  await dataset.saveSourcesIndex([
    {
      ...{ source_primary_path: `/lab/${NAME}`, source_rel_path: NAME, image_id: "measured" },
      ...{ source_mtime_ns: 1n, source_size_bytes: 1n, ingested_epoch_ns: 1n, source_sha256: null },
    },
  ]);
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function svgOf(image: string, ...words: readonly string[]): Promise<string> {
  const { exitCode, stderr } = await kym(["plot", "study.zarr", image, "-o", "a.svg", "--force", ...words], {
    cwd,
  });
  expect([exitCode, stderr]).toEqual([0, ""]);
  return readFile(join(cwd, "a.svg"), "utf8");
}

/** The elements of a name, as their attributes. */
function elements(svg: string, name: string): readonly Readonly<Record<string, string>>[] {
  return Array.from(
    svg.matchAll(new RegExp(`<${name}((?: [\\w:-]+="[^"<]*")*)/?>`, "g")),
    ([, attributes = ""]) =>
      Object.fromEntries(
        Array.from(attributes.matchAll(/ ([\w:-]+)="([^"]*)"/g), ([, key, value]) => [key, value]),
      ),
  );
}

function words(svg: string): readonly string[] {
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text = ""]) => text);
}

/** The numbers of a path, piece by piece. */
function pieces(path: string | undefined): readonly (readonly number[])[] {
  return (path ?? "")
    .split("M")
    .slice(1)
    .map((piece) => (piece.match(/-?[\d.]+/g) ?? []).map(Number));
}

const x = (line: number): number => LEFT + (line / LINES) * WIDTH;
const y = (column: number): number => TOP + (column / COLUMNS) * HEIGHT;

describe("the figure of a measured scan", () => {
  it("has ROIs, slopes, velocities and events where they are, to a hundredth of a unit", async () => {
    const svg = await svgOf("measured");
    expect(elements(svg, "image")).toMatchObject([{ x: "72", y: "50", width: "600", height: "110" }]);
    const outlines = elements(svg, "path").filter((path) => path["class"] === "roi");
    expect(pieces(outlines[0]?.["d"])).toEqual([[172, 72, 472, 72, 472, 138, 172, 138]]);
    expect(outlines.map((path) => path["data-roi"])).toEqual(["1", "2"]);

    // 0.5 mm/s are 2 px a line; the middle of the ROI is column 10, and half of each mark is drawn.
    const [slopes] = elements(svg, "path").filter((path) => path["class"] === "slopes");
    const mark = (line: number, slope: number): readonly number[] => {
      const reach = 0.5 * Math.min(8, 6 / Math.abs(slope));
      return [x(line - reach), y(10 - slope * reach), x(line + reach), y(10 + slope * reach)];
    };
    expect(pieces(slopes?.["d"])).toEqual([mark(108, 2), mark(112, -2), mark(120, 0), mark(124, 1)]);

    const [curve] = elements(svg, "path").filter((path) => path["class"] === "velocity");
    const runs = pieces(curve?.["d"]);
    expect(runs.map((run) => run.filter((_, index) => index % 2 === 0))).toEqual([
      [x(108), x(112)],
      [x(120), x(124)],
    ]);
    const [[, top = 0, , bottom = 0] = [], [, zero = 0, , quarter = 0] = []] = runs;
    expect(zero - top).toBeCloseTo(bottom - zero, 1);
    expect(zero - quarter).toBeCloseTo((zero - top) / 2, 1);

    const bands = elements(svg, "rect").filter((rect) => rect["class"] === "event");
    expect(bands.map((band) => [band["data-type"], band["x"], band["width"]])).toEqual([
      ["baseline_drop", String(x(150)), "50"],
      ["baseline_rise", String(x(400)), "1"],
    ]);
    expect(words(svg)).toEqual(
      expect.arrayContaining(["time (s)", "position (µm)", "velocity (mm/s)", "100 ms", "2 µm", "ROI 1"]),
    );
    expect(words(svg)).toContain("events: D baseline drop · R baseline rise");
  });

  it("says how it was made, and what it does not show, below and in its answer", async () => {
    const { data } = await kymJson(["plot", "study.zarr", "measured", "-o", "b.svg", "--force"], { cwd });
    expect(data).toMatchObject({
      ...{ format: "svg", image_id: "measured", channel: 1, palette: "gray", lines: [0, 600] },
      ...{ lines_per_bin: null, detail_lines: null, rois: [1, 2], n_events: 2 },
      traces: [{ roi_id: 1, software: "lab", algorithm: "mpRadon", window_lines: 16, windows: 5 }],
      notes: [
        "Oblique marks: the slope measured in each window of 16 lines.",
        "Contrast: percentiles 1 to 99.5, 2 to 253.",
        "ROI 1: the lab’s analysis (mpRadon), 5 windows, 1 without a number.",
        "Events: the lab’s analysis.",
      ],
    });
  });

  it("shows only a stretch and a ROI when asked, on axes that count from the scan's first line", async () => {
    const svg = await svgOf("measured", "--at", "200ms", "--for", "50lines", "--roi", "1");
    const [slopes] = elements(svg, "path").filter((path) => path["class"] === "slopes");
    expect(pieces(slopes?.["d"]).map(([from = 0, , to = 0]) => (from + to) / 2)).toEqual([
      ...[LEFT + 8 * 12, LEFT + 12 * 12, LEFT + 20 * 12, LEFT + 24 * 12],
    ]);
    expect(words(svg)).toEqual(expect.arrayContaining(["0.20", "0.22", "0.30"]));
    expect(svg).not.toContain('data-roi="2"');
    expect(svg).not.toMatch(/class="event"|events:/i);
  });

  it("keeps a name with markup as text, and with --blind has neither name nor path", async () => {
    const svg = await svgOf("measured");
    expect(svg).not.toContain("<img");
    expect(words(svg)[0]).toBe("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&apos;.tif");
    const blind = await svgOf("measured", "--blind");
    expect(blind).not.toContain("alert");
    expect(blind).not.toContain('measured"');
    expect(words(blind)[0]).toBe(blindName("measured"));
  });
});

describe("a scan without a calibration", () => {
  it("has axes in lines and pixels, never in seconds, and no events or slopes if it was not measured", async () => {
    const svg = await svgOf("raw");
    expect(words(svg)).toEqual(expect.arrayContaining(["line", "position (px)", "50 lines", "5 px"]));
    expect(words(svg).join(" ")).not.toMatch(/\bm?s\b|µm/);
    expect(svg).not.toMatch(/class="(slopes|velocity|event)"/);
    const { exitCode, stderr } = await kym(["plot", "study.zarr", "raw", "-o", "c.svg", "--at", "1s"], {
      cwd,
    });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("no line period")]);
  });

  it("of more lines than fit shows some of them, says which, and adds a stretch of all lines", async () => {
    const { data } = await kymJson(["plot", "study.zarr", "long", "-o", "d.svg", "--force"], { cwd });
    expect(data).toMatchObject({ lines: [0, 5000], lines_per_bin: 5000 / 1200, detail_lines: [2200, 2800] });
    expect(data.notes[0]).toBe("Above: one line of every 4.1667; below: every line.");
    expect(elements(await readFile(join(cwd, "d.svg"), "utf8"), "image")).toHaveLength(2);
  });
});

it("the same image gives the same file, which refers to nothing outside itself", async () => {
  const svg = await svgOf("measured");
  expect(await svgOf("measured")).toBe(svg);
  const links = Array.from(svg.matchAll(/(?:href|src|url)(?:="|\()([^")]{0,22})/g), ([, target]) => target);
  expect([...new Set(links)].toSorted()).toEqual(["#image-0-600", "#trace-1-1", "data:image/png;base64,"]);
});

describe("a PNG", () => {
  it.each(["gray", "viridis"] as const)(
    "has the colour of each pixel's level in %s at its centre",
    async (palette) => {
      const options = ["--palette", palette, "--scale", "2", "--force"];
      expect(await kym(["plot", "study.zarr", "raw", "-o", "a.png", ...options], { cwd })).toMatchObject({
        exitCode: 0,
      });
      const { width, data, channels } = decode(await readFile(join(cwd, "a.png")));
      expect(width).toBe(1440);
      const colours = paletteOf(palette);
      for (const [line, column] of [
        [0.5, 0.5],
        [299, 3],
        [300, 10],
        [7, 19],
        [450, 5],
      ] as const) {
        const at = {
          x: Math.floor(2 * x(Math.floor(line) + 0.5)),
          y: Math.floor(2 * y(Math.floor(column) + 0.5)),
        };
        const found = data.subarray((at.y * width + at.x) * channels, (at.y * width + at.x) * channels + 3);
        const value = valueAt(Math.floor(line), Math.floor(column));
        const level = Math.min(255, Math.max(0, Math.round((255 * (value - 2)) / 251)));
        expect([line, column, ...found]).toEqual([
          line,
          column,
          ...colours.subarray(3 * level, 3 * level + 3),
        ]);
      }
    },
  );
});

it("a file is replaced only with --force, never written into the dataset, and mistakes are named", async () => {
  await writeFile(join(cwd, "there.svg"), "mine");
  const run = async (...args: readonly string[]): Promise<readonly unknown[]> => {
    const { exitCode, stderr } = await kym(["plot", "study.zarr", ...args], { cwd });
    return [exitCode, stderr.split("\n")[0]];
  };
  expect(await run("raw", "-o", "there.svg")).toEqual([5, expect.stringContaining("already exists")]);
  expect(await readFile(join(cwd, "there.svg"), "utf8")).toBe("mine");
  expect(await run("raw", "-o", "study.zarr/a.svg")).toEqual([
    5,
    expect.stringContaining("inside the dataset"),
  ]);
  expect(await run("raw")).toEqual([2, "kym: a figure needs a file"]);
  expect(await run("raw", "-o", "a.pdf")).toEqual([
    2,
    expect.stringContaining("neither with .svg nor with .png"),
  ]);
  expect(await run("raw", "-o", "e.svg", "--roi", "9")).toEqual([2, "kym: the image has no ROI 9"]);
  expect(await run("raw", "-o", "e.svg", "--channel", "2")).toEqual([
    2,
    expect.stringContaining("from 1 to 1"),
  ]);
  expect(await run("nothing", "-o", "e.svg")).toEqual([6, expect.stringContaining("there is no image")]);
});
