import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoScripts, PACKAGE_FOLDER, run, runScript, type ScriptRun } from "../run-script.ts";

/** What `kym query --json` prints. */
interface Answer {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly message?: string;
  readonly warnings: readonly string[];
}

let temporary: string;
/** Where the demo wrote. */
let folder: string;
let demo: ScriptRun;
let lines: readonly string[];

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "kym-demo-test-"));
  demo = await runScript(demoScripts().get("demo") ?? "", temporary);
  lines = demo.stdout.trimEnd().split("\n");
  folder = join(temporary, (await readdir(temporary))[0] ?? "nothing");
}, 240_000);
afterAll(() => rm(temporary, { recursive: true }));

/**
 * What differs from run to run is masked, in place and at its width: the folder, ids of images, and how long it took.
 */
function masked(stdout: string): string {
  return stdout
    .replaceAll(folder, "FOLDER")
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, (id) =>
      id.replace(/[0-9a-f]/g, "x"),
    )
    .replace(/^ {2}[0-9a-f]{8}(?= {2})/gm, "  xxxxxxxx")
    .replace(/\(\d+ s\)/, "(N s)");
}

/** What `kym query … --json` answers to each of these words, asked in turn by one process. */
async function answersOf(all: readonly (readonly string[])[]): Promise<readonly Answer[]> {
  const program = join(PACKAGE_FOLDER, "../cli/test/support/kym-in-turn.ts");
  const commands = all.map((words) => JSON.stringify(["query", ...words, "--json"]));
  const args = ["--conditions=@kym/source", program, folder, ...commands];
  const { stdout } = await run(process.execPath, args, PACKAGE_FOLDER);
  const lines = stdout.trimEnd().split("\n");
  return lines.map((line): Answer => JSON.parse(JSON.parse(line).stdout));
}

describe("the demo", () => {
  it("prints the text in output/demo.txt, but for the folder, ids and seconds", async () => {
    await expect(masked(demo.stdout)).toMatchFileSnapshot(join(PACKAGE_FOLDER, "output/demo.txt"));
    expect(demo.stderr).toBe("");
  });

  it("finds everything as it must be", () => {
    expect(demo.exitCode).toBe(0);
    expect(lines.at(-1)).toMatch(/^Everything is as it should be \(\d+ s\)\.$/);
  });

  it("states twelve things, and every one holds", () => {
    expect(lines.filter((line) => line.startsWith("  ✓ ")).map((line) => line.slice(4))).toEqual([
      "all eight whole images were ingested",
      "the other files are named with the reason, and the exit code 3 tells scripts",
      "the table has this stall and no other, and its time is right to 0.1 s",
      "every mean in the table is within 2 % of the true one, sign included",
      "every image is known",
      "every table is fresh",
      "not a byte of the dataset changed",
      expect.stringMatching(/^every row of every table came back \(.*kym_radon 7\b.*\)$/),
      "the copy knows that its tables are fresh",
      "the lab's own folder was only read",
      "it names every scan, also the one that could not be read",
      "each run updated what had changed, and nothing else",
    ]);
  });

  it("shows each command of the first ten minutes as it is typed", () => {
    const commands = lines.filter((line) => line.startsWith("  $ ")).map((line) => line.slice(4));
    expect(commands.map((command) => command.split(" ").slice(0, 3).join(" "))).toEqual([
      "kym ingest ./lab",
      "kym ls study.zarr",
      "kym show study.zarr",
      "kym index study.zarr",
      "kym query study.zarr",
      "kym query study.zarr",
      "kym query study.zarr",
      "kym ingest ./lab",
      "kym index study.zarr",
      "kym export study.zarr",
      "kym ingest ./out",
      "kym index copy.zarr",
      "kym report study.zarr",
    ]);
  });

  it("sets the true velocity of each analysed ROI beside the measured one", () => {
    const start = lines.findIndex((line) => line.includes("true mm/s"));
    const rows = lines.slice(start + 1, lines.indexOf("", start));
    expect(rows.map((row) => row.trim().split(/ {2,}/).at(-1))).toEqual([
      "steady",
      "fast",
      "two ROIs",
      "two ROIs",
      "slow",
      "the other way",
      "with a stall",
    ]);
  });

  it("leaves a dataset on which each recipe of kym query --examples gives rows or none, and no error", async () => {
    const [examples] = await answersOf([["--examples"]]);
    const recipes = examples?.data ?? [];
    const answers = await answersOf(recipes.map(({ sql }) => ["study.zarr", String(sql)]));
    const counts = recipes.map(({ question }, index) => {
      const { data = [], message, warnings } = answers[index] ?? {};
      expect([question, message, warnings]).toEqual([question, undefined, []]);
      return data.length;
    });
    const [perDay, noRoi, ...others] = counts;
    expect([perDay, noRoi, others.length >= 10]).toEqual([3, 1, true]);
  });

  it("leaves what it wrote, and says how to go on", async () => {
    const written = [
      "copy.zarr",
      "lab",
      "out",
      "report.html",
      "study.ingest-report.json",
      "study.zarr",
      "velocity-events.zarr",
    ];
    expect((await readdir(folder)).toSorted()).toEqual(written);
    expect(lines).toContain("  npx -y pnpm@12 --silent kym ingest ./my-folder study.zarr");
    expect(lines).toContain(`What this demo wrote stays in ${folder} until you delete it.`);
    expect(lines).toContain(`Its report, for a browser: ${join(folder, "report.html")}`);
  });
});
