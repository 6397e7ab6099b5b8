import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingestLegacyFolder } from "@kym/legacy-io/node";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isTelling } from "../../src/study/blind.ts";
import { blindName } from "../support/blind-name.ts";
import { kym, kymJson } from "../support/kym.ts";

const PLACE = "28d AngII/20250722/20250722_A89_0002";
const STUDY = ["study.zarr"];
const TELLING = /AngII|2025|A89|scan-1/;
const NAME = blindName("scan-1");
let cwd = "";

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-blind-"));
  await mkdir(join(cwd, "lab/28d AngII/20250722"), { recursive: true });
  const data = Uint8Array.from({ length: 12 });
  await writeFile(join(cwd, `lab/${PLACE}.tif`), writeImageJTiff({ dtype: "uint8", shape: [4, 3], data }));
  await writeFile(join(cwd, `lab/${PLACE}.hand.csv`), "roi,stalls\n1,2\n");
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  await ingestLegacyFolder(dataset, join(cwd, "lab"), { newId: () => "scan-1" });
});

afterAll(() => rm(cwd, { recursive: true, force: true }));

it.each([
  ["ls", [...STUDY]],
  ["show", [...STUDY, "scan-1"]],
  ["query", [...STUDY, "from sources"]],
])("%s --blind says nothing of path, date and condition, in text and in JSON", async (name, args) => {
  const [open, text, json] = await Promise.all([
    kym([name, ...args, "--json"], { cwd }),
    kym([name, ...args, "--blind"], { cwd }),
    kym([name, ...args, "--json"], { cwd, env: { KYM_BLIND: "1" } }),
  ]);
  expect(open.stdout).toMatch(TELLING);
  expect([text.exitCode, text.stdout]).toEqual([0, expect.stringContaining(NAME)]);
  expect([json.exitCode, json.stdout]).toEqual([0, expect.stringContaining(NAME)]);
  expect(text.stdout + text.stderr + json.stdout).not.toMatch(TELLING);
});

it("a blind image has no name but its id, and a wrong one is not guessed at", async () => {
  const { exitCode, stderr } = await kym(["show", ...STUDY, "20250722_A89_0003", "--blind"], { cwd });
  expect([exitCode, stderr]).toEqual([6, expect.not.stringContaining("A89_0002")]);
});

it("a hidden column is there and NULL, so that the same SQL goes on working", async () => {
  const sql = "select image_id, source_rel_path as place, source_size_bytes > 0 as sized from sources";
  const { data } = await kymJson(["query", ...STUDY, sql, "--blind"], { cwd });
  expect(data).toEqual([{ image_id: NAME, place: null, sized: true }]);
});

it("columns that tell are those of place, day and condition; times within a scan are not", () => {
  const telling = ["rel_path", "source_primary_path", "parent_folder", "grandparent_folder", "file_name"];
  const more = [
    "date",
    "treatment",
    "condition",
    "Condition2",
    "treatment2",
    "source_mtime_ns",
    "acquired_local",
  ];
  const innocent = [
    "t_start_s",
    "image_id",
    "roi_id",
    "vel_mean",
    "duration_s",
    "n_rows",
    "indexed_epoch_ns",
  ];
  expect([...telling, ...more].filter((name) => !isTelling(name))).toEqual([]);
  expect([...innocent, "note", "user_type", "accepted", "channel"].filter(isTelling)).toEqual([]);
});
