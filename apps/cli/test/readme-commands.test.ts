// Runs the `kym` lines in the `sh` blocks of the READMEs, on small kymographs named as there.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kym, type Run } from "./support/kym.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const PAGES: readonly string[] = ["README.md", "apps/cli/README.md"];

/** The kymographs of the READMEs. The first was analysed, so that the tables have rows. */
const STEMS = ["20250722_A89_0002", "20250722_A89_0003"] as const;

describe.each(PAGES)("the commands of %s", (page) => {
  let work = "";
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-readme-"));
    await makeKymographs(join(work, "kymographs"));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  it("run one after the other, from the folder to the export", { timeout: 60_000 }, async () => {
    const commands = kymCommands(await readFile(join(REPOSITORY, page), "utf8"));
    expect(commands.map(([name]) => name)).toEqual(expect.arrayContaining(["ingest", "index", "export"]));
    for (const words of commands) {
      const { exitCode, stdout, stderr } = await kym(words, { cwd: work });
      const command = `kym ${words.join(" ")}`;
      expect([command, exitCode, stderr]).toEqual([command, 0, ""]);
      expect(stdout, command).not.toBe("");
    }
  });
});

it("the tables that the READMEs ask about have rows of their kymographs", async () => {
  const work = await mkdtemp(join(tmpdir(), "kym-readme-"));
  try {
    await makeKymographs(join(work, "kymographs"));
    const run = (...words: readonly string[]): Promise<Run> => kym(words, { cwd: work });
    await run("ingest", "kymographs", "study.zarr");
    await run("index", "study.zarr");
    const sql = "select rel_path, roi_id, vel_mean from kym_radon";
    const { stdout } = await run("query", "study.zarr", sql, "--format", "csv");
    expect(stdout).toBe(`rel_path,roi_id,vel_mean\n${STEMS[0]}.tif,1,1.5\n`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
});

it("a line is found with or without a clone, and split as a shell splits it", () => {
  const readme = [
    "```sh",
    "npm install --global @kym/cli",
    "npx -y pnpm@12 demo     # not a command of kym",
    "kym ls study.zarr # a list",
    "npx -y pnpm@12 --silent kym query study.zarr \"select '#' as a\"",
    "kym doctor '.'",
    "```",
    "```text",
    "kym ls elsewhere.zarr",
    "```",
    "",
  ].join("\n");
  expect(kymCommands(readme)).toEqual([
    ["ls", "study.zarr"],
    ["query", "study.zarr", "select '#' as a"],
    ["doctor", "."],
  ]);
});

/** The words after `kym` of each such line in a page's `sh` blocks. Lines that install or run something else are left out. */
function kymCommands(markdown: string): readonly (readonly string[])[] {
  return [...markdown.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .flatMap((line) => {
      const [, command] = /^(?:npx -y pnpm@12 --silent )?kym (.+)$/.exec(line) ?? [];
      return command === undefined ? [] : [shellWords(command)];
    });
}

/** Splits a line at spaces outside quotes, and drops a comment. */
function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  for (const [word, double, single] of line.matchAll(/"([^"]*)"|'([^']*)'|[^\s"']+/g)) {
    if (word.startsWith("#")) {
      break;
    }
    words.push(double ?? single ?? word);
  }
  return words;
}

/** A folder of small kymographs, as a microscope and an analysis leave it. */
async function makeKymographs(folder: string): Promise<void> {
  await mkdir(join(folder, "flow-analysis"), { recursive: true });
  for (const [index, stem] of STEMS.entries()) {
    const data = new Uint16Array(8 * 4).fill(index);
    await writeFile(join(folder, `${stem}.tif`), writeImageJTiff({ dtype: "uint16", shape: [8, 4], data }));
  }
  const [analysed] = STEMS;
  const data = { x0: 0, x1: 4, y0: 0, y1: 8 };
  const rois = [{ roi_id: 1, roi_type: "rect", version: "1.0", name: "vessel", data }];
  await writeFile(join(folder, `${analysed}.json`), JSON.stringify({ rois }));
  await writeFile(
    join(folder, "flow-analysis", `${analysed}_radon.csv`),
    "roi_id,channel,time,velocity\n1,1,0,1\n1,1,1,2\n",
  );
}
