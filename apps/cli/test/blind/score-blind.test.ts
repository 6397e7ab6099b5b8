import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blindError } from "../../src/blind/blind-error.ts";
import { ALL_COMMANDS } from "../../src/commands/all-commands.ts";
import { CliError } from "../../src/terminal/cli-error.ts";
import { blindName } from "../support/blind-name.ts";
import { kym, kymJson, type Run } from "../support/kym.ts";
import { makeSmallStudy } from "../support/small-study.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-score-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

const run = (...args: readonly string[]): Promise<Run> => kym(args, { cwd });
const name = blindName("scan-a", "7");
const BLIND = ["--blind", "--seed", "7"];

describe("a blind scorer", () => {
  it("lists, adds, moves and deletes ROIs by the blind name, and sees no name or note of them", async () => {
    const list = await run("roi", "list", "study.zarr", name, ...BLIND);
    expect(list.stdout).toBe("1 rect lines 0–2, px 0–2\n");
    const added = await run("roi", "add", "study.zarr", name, "--lines", "0:3", "--name", "AngII", ...BLIND);
    expect(added.stdout).toBe("added 2 rect lines 0–3, px 0–3\n");
    const moved = await run("roi", "edit", "study.zarr", name, "2", "--px", "0:2", ...BLIND);
    expect(moved.stdout).toBe("edited 2 rect lines 0–3, px 0–2 revision 1\n");
    const json = await kymJson(["roi", "list", "study.zarr", name, ...BLIND], { cwd });
    expect(json.data.map((roi: { readonly name: string }) => roi.name)).toEqual(["", ""]);
    const asked = await run("roi", "delete", "study.zarr", name, "2", ...BLIND);
    expect([asked.exitCode, asked.stderr]).toEqual([5, expect.not.stringMatching(/AngII|study/)]);
    expect((await run("roi", "delete", "study.zarr", name, "2", "--yes", ...BLIND)).exitCode).toBe(0);
  });

  it("gets no file with names and notes of ROIs, and no key", async () => {
    const exported = await run("roi", "export", "study.zarr", name, "rois.zip", ...BLIND);
    expect([exported.exitCode, exported.stderr]).toEqual([
      2,
      expect.stringContaining("names and notes that --blind hides"),
    ]);
    const opened = await run("random", "study.zarr", "--open", "scores.csv", ...BLIND);
    expect([opened.exitCode, opened.stderr]).toEqual([
      2,
      expect.stringContaining("--open tells what --blind hides"),
    ]);
  });

  it("fills in the table that ls wrote, and edit finds its images by their blind names", async () => {
    await writeFile(join(cwd, "sheet.csv"), `image_id,rel_path,accepted,note\n${name},,FALSE,moved\n`);
    const edited = await run("edit", "study.zarr", "--from", "sheet.csv", ...BLIND);
    expect([edited.exitCode, edited.stdout]).toEqual([0, expect.stringContaining(`${name}`)]);
    expect(edited.stdout).not.toMatch(/scan-a|clear/);
    const { data } = await kymJson(["show", "study.zarr", "scan-a"], { cwd });
    expect(data.accepted).toBe(false);
    const other = await run("edit", "study.zarr", "--from", "sheet.csv", "--blind", "--seed", "8");
    expect([other.exitCode, other.stderr]).toEqual([6, expect.stringContaining("no image with image_id")]);
  });

  it("is told the seed where a name is of another one, and without --blind that a seed is needed", async () => {
    const other = await run("show", "study.zarr", name, "--blind", "--seed", "8");
    expect([other.exitCode, other.stderr]).toEqual([6, expect.stringContaining("with --blind --seed 8")]);
    const open = await run("show", "study.zarr", name);
    expect([open.exitCode, open.stderr]).toEqual([6, expect.stringContaining("--seed")]);
    expect((await run("show", "study.zarr", name.slice(0, 5), ...BLIND)).exitCode).toBe(0);
  });
});

describe("a session with KYM_BLIND=1", () => {
  const session = (args: readonly string[]): Promise<Run> =>
    kym(args, { cwd, env: { KYM_BLIND: "1", KYM_SEED: "7" } });

  it("takes back an edit under the blind name, and does it again", async () => {
    const edited = await session(["edit", "study.zarr", name, "--note", "AngII?"]);
    expect([edited.exitCode, edited.stderr]).toEqual([0, ""]);
    const undone = await session(["undo", "study.zarr"]);
    expect(undone.stdout).toContain(`undone: note of ${name} changed\n`);
    expect(undone.stdout).toMatch(/^kym undo DATASET \d+ --blind --seed 7 does it again$/m);
    expect(undone.stdout).not.toMatch(/scan-a|AngII|study/);
    const roi = await session(["roi", "add", "study.zarr", name, "--px", "0:2", "--name", "AngII"]);
    expect(roi.exitCode).toBe(0);
    const json = await session(["undo", "study.zarr", "--json"]);
    expect([json.exitCode, json.stdout]).toEqual([0, expect.not.stringMatching(/scan-a|AngII/)]);
    expect(JSON.parse(json.stdout).data.changes[0]).toMatchObject({ image_id: name, kind: "roi" });
  });

  it.each(["export study.zarr out", "agree study.zarr b.zarr", "resolve study.zarr", "refresh study.zarr ."])(
    "refuses kym %s, which names scans and cannot hide them",
    async (line) => {
      const { exitCode, stdout, stderr } = await session(line.split(" "));
      const message = `kym: kym ${line.split(" ")[0]} cannot hide what KYM_BLIND=1 hides\n`;
      expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringContaining(message)]);
    },
  );

  it("each command can hide, or names no scan, or is refused", async () => {
    const commands = await Promise.all(ALL_COMMANDS.map(({ load }) => load()));
    const plain = commands
      .flatMap((command) => ("commands" in command ? command.commands : [command]))
      .filter(({ options, namesNoScan }) => !("blind" in options) && namesNoScan !== true)
      .map(({ usage }) => usage.split(" ")[0]);
    expect(plain.sort()).toEqual([
      "adopt",
      "agree",
      "check",
      "copy",
      "export",
      "gc",
      "ingest",
      "migrate",
      "pack",
      "pull",
      "refresh",
      "resolve",
      "run",
      "unpack",
      "watch",
    ]);
  });
});

describe("kym random --open", () => {
  it("says what each name is, beside what was scored, in the order of the table", async () => {
    const names = ["scan-c", "scan-a"].map((id) => blindName(id, "7"));
    await writeFile(
      join(cwd, "scores.csv"),
      `Image,stalls,condition\n${names[0]},2,slow\n${names[1]?.toUpperCase()},0,\n`,
    );
    const { stdout } = await run(
      "random",
      "study.zarr",
      "--seed",
      "7",
      "--open",
      "scores.csv",
      "--by",
      "condition",
    );
    expect(stdout).toBe(
      [
        "blind_name,image_id,condition,rel_path,stalls,sheet_condition",
        `${names[0]},scan-c,control,control/c.tif,2,slow`,
        `${names[1]},scan-a,AngII,28d AngII/20250722/a.tif,0,`,
        "",
      ].join("\n"),
    );
  });

  it.each([
    ["name,score\nbabcdef,1\n", "1 name that no image has with --seed 0\n  row 2: babcdef"],
    ["score\n1\n", "no column blind_name, image_id, image with blind names"],
  ])("a table like %j is refused, and nothing is written", async (text, message) => {
    await writeFile(join(cwd, "bad.csv"), text);
    const { exitCode, stderr, stdout } = await run(
      "random",
      "study.zarr",
      "--open",
      "bad.csv",
      "-o",
      "out.csv",
    );
    expect([exitCode, stdout, stderr]).toEqual([6, "", expect.stringContaining(message)]);
  });

  it("a table of another kind is a mistake of the command line", async () => {
    const { exitCode, stderr } = await run("random", "study.zarr", "--open", "scores.docx");
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining("--open reads .csv, .tsv and .xlsx")]);
  });
});

describe("an error in blind scoring", () => {
  const told = (error: CliError): CliError =>
    blindError(error, "my study.zarr", "/lab/28d AngII/my study.zarr");

  it("that is about the command line keeps its message, without any form of the dataset's name", () => {
    const { message, hint } = told(
      new CliError(2, "usage", "no column in my study.zarr", {
        hint: "kym ls '/lab/28d AngII/my study.zarr' or my study",
      }),
    );
    expect([message, hint]).toEqual(["no column in DATASET", "kym ls 'DATASET' or DATASET"]);
  });

  it("about anything else keeps its code alone, and a program is told no details", () => {
    const cause = new Error("images/28d AngII is damaged");
    const error = told(
      new CliError(4, "integrity", "images/28d AngII is damaged", { details: { path: "A89" }, cause }),
    );
    expect(error.message).toBe("it did not work (integrity); what it was about could tell what a scan is");
    expect([error.exitCode, error.details, error.cause]).toEqual([4, {}, undefined]);
  });
});
