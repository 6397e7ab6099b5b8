import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { nearestWord } from "../src/arguments/nearest-word.ts";
import { kym, kymJson } from "./support/kym.ts";

let cwd = "";

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-mistakes-"));
  const data = Uint8Array.from({ length: 12 });
  await mkdir(join(cwd, "lab"));
  await writeFile(
    join(cwd, "lab/20250722_A89_0002.tif"),
    writeImageJTiff({ dtype: "uint8", shape: [4, 3], data }),
  );
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  await ingestLegacyFolder(dataset, join(cwd, "lab"));
  await mkdir(join(cwd, "kymographs"));
  await writeFile(join(cwd, "kymographs", "a.tif"), "");
  await mkdir(join(cwd, "interrupted.zarr", "__staging"), { recursive: true });
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

// A message says what happened, to which file, and what to do next.
it.each([
  [["lss", "study.zarr"], 2, "did you mean kym ls?"],
  [["ls", "study.zarr", "--jsn"], 2, "there is no option --jsn\n     did you mean --json?"],
  [["ls", "study.zarr", "-x"], 2, "there is no option -x\n     kym ls --help lists the options"],
  [["ls", "study.zarr", "other"], 2, "a name with spaces needs quotes"],
  [["ls", "study.zar"], 6, "did you mean study.zarr?"],
  [["ls", "nothing-like-it"], 6, "kym ingest FOLDER nothing-like-it creates it"],
  [["ls", "kymographs"], 6, "kym ingest kymographs DATASET makes one from its TIFFs"],
  [["show", "interrupted.zarr", "a"], 6, "run kym ingest FOLDER interrupted.zarr again"],
  [["show", "study.zarr", "20250722_A98_0002"], 6, "did you mean 20250722_A89_0002?"],
  [["show", "study.zarr", "something else"], 6, "kym ls study.zarr lists the images"],
  [["index", "study.zarr", "--indexer", "rodon"], 2, "did you mean --indexer radon?"],
  [["query", "study.zarr", "from kym_radon"], 2, "kym index creates the pooled tables"],
  [["export", "study.zarr", "out", "--to", "imgj"], 2, "did you mean --to imagej?"],
  [["export", "study.zarr", "kymographs"], 5, "choose another name"],
  [["roi", "lst", "study.zarr", "20250722_A89_0002"], 2, "did you mean kym roi list?"],
  [["roi", "import", "study.zarr", "20250722_A89_0002", "none.zip"], 6, "there is no file none.zip"],
  [["ingest", "kymograph", "new.zarr"], 6, "did you mean kymographs?"],
  [
    ["ingest", "kymographs/a.tif", "new.zarr"],
    6,
    `give its folder, kymographs, and select the file with --pattern "a.tif"`,
  ],
  [["ingest", "study.zarr", "new.zarr"], 6, "is a dataset, not a folder of images"],
  [["refresh", "study.zarr", "kymograph"], 6, "did you mean kymographs?"],
])("kym %j ends with %i and says what helps", async (args, code, message) => {
  const { exitCode, stdout, stderr } = await kym(args, { cwd });
  expect(stderr).toContain(message);
  expect([exitCode, stdout]).toEqual([code, ""]);
});

it("says the same in JSON, with a stable code", async () => {
  expect(await kymJson(["ls", "study.zar"], { cwd })).toMatchObject({
    ok: false,
    error: "not_found",
    hint: "did you mean study.zarr?",
  });
});

it("kym help COMMAND is kym COMMAND --help", async () => {
  const [help, flag] = await Promise.all([kym(["help", "ls"]), kym(["ls", "--help"])]);
  expect(help).toEqual(flag);
  expect(help.stdout).toContain("Usage: kym ls DATASET");
});

it("a word far from all others means none of them", () => {
  expect(nearestWord("frobnicate", ["--json", "ls", "ingest"])).toBeUndefined();
  expect(nearestWord("x", ["ls", "rx"])).toBeUndefined();
  expect(nearestWord("ingset", ["ls", "ingest", "index"])).toBe("ingest");
});

it.each([
  ["accept", "did you mean kym edit?"],
  ["note", "did you mean kym edit?"],
  ["rm", "did you mean kym delete?"],
])("the word %s leads to the command that does it", async (word, hint) => {
  const { exitCode, stderr } = await kym([word, "study.zarr", "a"]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(hint)]);
});
