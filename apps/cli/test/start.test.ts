import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createNdArray } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltKym, buildKym } from "./support/built-kym.ts";

const RECORDER = pathToFileURL(join(import.meta.dirname, "support/record-modules.ts")).href;

/** Help must start almost as fast as Node itself. `pnpm bench:start` measures the time. */
describe("the built command", () => {
  let built: BuiltKym;
  let work = "";
  beforeAll(async () => {
    built = await buildKym();
    work = await mkdtemp(join(tmpdir(), "kym-start-"));
  }, 120_000);
  afterAll(async () => {
    await built?.[Symbol.asyncDispose]();
    await rm(work, { recursive: true, force: true });
  });
  const modulesOf = async (...args: readonly string[]) => {
    const list = join(work, "modules.txt");
    await writeFile(list, "");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        "--conditions=@kym/source",
        "--disable-warning=ExperimentalWarning",
        `--import=${RECORDER}`,
        built.main,
        ...args,
      ],
      { env: { ...process.env, KYM_MODULES: list } },
    );
    const modules = (await readFile(list, "utf8")).trim().split("\n");
    expect(modules).toContain(pathToFileURL(built.main).href);
    return { stdout, modules };
  };
  const fromOutside = (modules: readonly string[]): readonly string[] =>
    modules.filter((url) => !url.startsWith("node:") && !url.startsWith(pathToFileURL(built.folder).href));

  it.each([
    ["--help", /^kym puts folders of kymographs/],
    ["--version", /^\d+\.\d+\.\d+\n$/],
  ])("loads nothing but itself for %s", async (flag, output) => {
    const { stdout, modules } = await modulesOf(flag);
    expect(stdout).toMatch(output);
    expect(fromOutside(modules)).toEqual([]);
    console.log(`kym ${flag} loads ${modules.length} modules`);
  });

  it("loads what a command needs with the command, and Arrow with a table, which is seen here", async () => {
    const arrowFiles = async (...args: readonly string[]): Promise<number> => {
      const { modules } = await modulesOf(...args);
      return fromOutside(modules).filter((url) => url.includes("/apache-arrow/")).length;
    };
    const path = join(work, "one-image.zarr");
    const dataset = await openLocalDataset(path);
    await dataset.addImage(createNdArray("uint8", [2, 3]));
    await dataset.close();
    expect(await arrowFiles("ls", "--help")).toBe(0);
    expect(await arrowFiles("ls", path)).toBe(0);
    expect(await arrowFiles("query", path, "select count(*) from images")).toBeGreaterThan(10);
  });

  it("loads what draws a PNG with the first PNG, and not for an SVG", async () => {
    const path = join(work, "drawn.zarr");
    const dataset = await openLocalDataset(path);
    const { id } = await dataset.addImage(createNdArray("uint8", [2, 3]));
    await dataset.close();
    const rendererFiles = async (file: string): Promise<number> => {
      const { modules } = await modulesOf("plot", path, id, "-o", join(work, file));
      return fromOutside(modules).filter((url) => url.includes("/@resvg/")).length;
    };
    expect(await rendererFiles("a.svg")).toBe(0);
    expect(await rendererFiles("a.png")).toBe(1);
    expect((await readFile(join(work, "a.png"))).subarray(1, 4).toString()).toBe("PNG");
  });
});
