import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kym } from "../../../apps/cli/test/support/kym.ts";
import { hasPython, runPython } from "../python-environment.ts";

const PAGE = join(import.meta.dirname, "../../../docs/on-disk-format.md");
const ON_PAGE = "study.zarr/images/line-scan";
const SHAPE = [2, 6, 3] as const;
const PIXELS = Uint16Array.from({ length: 36 }, (_, index) => index * 100);
const SUM = PIXELS.reduce((sum, value) => sum + value, 0);
const STEPS = { t: 0.00219, x: 0.2069 };
const ORIGINS = { t: 0, x: -4.25 };

interface PythonUnits {
  readonly zarr: { readonly attributes: Readonly<Record<string, unknown>>; readonly sum: number };
  readonly tensorstore: Readonly<Record<string, unknown>>;
  readonly xarray: readonly {
    readonly sum: number;
    readonly dims: readonly string[];
    readonly coordinates: Readonly<
      Record<string, { readonly dtype: string; readonly units: string; readonly values: readonly number[] }>
    >;
  }[];
}

describe.skipIf(!(await hasPython()))("Python reads the units of our pixels", () => {
  let cwd = "";
  const found: Record<string, PythonUnits> = {};

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-units-"));
    const path = join(cwd, "study.zarr");
    await using dataset = await openLocalDataset(path);
    for (const [id, chunkKeySeparator] of [
      ["line-scan", "/"],
      ["older", "."],
    ] as const) {
      await dataset.addImage(
        { dtype: "uint16", shape: SHAPE, data: PIXELS },
        {
          id,
          axes: ["c", "t", "x"],
          chunks: [1, 4, 3],
          scales: [null, { unit: "s", step: STEPS.t }, { unit: "\u00b5m", step: STEPS.x, origin: ORIGINS.x }],
          chunkKeySeparator,
        },
      );
    }
    const onPage = /### Opening an image in Python[\s\S]*?```python\n([\s\S]*?)```/.exec(
      await readFile(PAGE, "utf8"),
    )?.[1];
    expect(onPage).toContain(`"${ON_PAGE}"`);
    for (const id of ["line-scan", "older"]) {
      const group = join(path, "images", id);
      const { stdout } = await kym(["show", "study.zarr", id], { cwd });
      const shown = /^ {2}xarray +(ds = .*)\n +(ds = .*)$/m.exec(stdout)?.slice(1).join("\n") ?? "";
      const recipes = [onPage?.replace(`"${ON_PAGE}"`, JSON.stringify(group)) ?? "", shown];
      found[id] = JSON.parse(await runPython(new URL("read_units.py", import.meta.url), [group, ...recipes]));
    }
  }, 300_000);
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  it.each(["line-scan", "older"])(
    "in TensorStore, which multiplies a step that it strides over: %s",
    (id) => {
      expect(found[id]?.tensorstore).toEqual({
        labels: ["c", "t", "x"],
        units: [null, [STEPS.t, "s"], [STEPS.x, "\u00b5m"]],
        isSeconds: true,
        strided: [null, [2 * STEPS.t, "s"], [STEPS.x, "\u00b5m"]],
        sum: SUM,
      });
    },
  );

  it.each(["line-scan", "older"])("in zarr-python, as attributes: %s", (id) => {
    expect(found[id]?.zarr).toEqual({
      attributes: {
        dimension_units: [null, "0.00219 s", "0.2069 \u00b5m"],
        dimension_steps: [null, STEPS.t, STEPS.x],
        dimension_origins: [null, 0, ORIGINS.x],
      },
      sum: SUM,
    });
  });

  it.each(["line-scan", "older"])(
    "in xarray, as float64 coordinates by the lines of the page and by those of kym show: %s",
    (id) => {
      const coordinate = (units: string, values: readonly number[]): object => ({
        dtype: "float64",
        units,
        values,
      });
      const expected = {
        sum: SUM,
        dims: ["c", "t", "x"],
        coordinates: {
          t: coordinate(
            "s",
            [0, 1, 2, 3, 4, 5].map((index) => index * STEPS.t + ORIGINS.t),
          ),
          x: coordinate(
            "\u00b5m",
            [0, 1, 2].map((index) => index * STEPS.x + ORIGINS.x),
          ),
        },
      };
      expect(found[id]?.xarray).toEqual([expected, expected]);
    },
  );
});
