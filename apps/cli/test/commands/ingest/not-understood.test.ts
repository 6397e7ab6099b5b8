// What an ingest says of files that it does not understand, of names that are composed otherwise and of files in a cloud.
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";

const TIFF = writeImageJTiff({ dtype: "uint16", shape: [8, 4], data: new Uint16Array(32) });
const OTHER_TIFF = writeImageJTiff({ dtype: "uint16", shape: [8, 4], data: new Uint16Array(32).fill(1) });

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-not-understood-"));
  await mkdir(join(cwd, "lab"));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array): Promise<void> =>
  writeFile(join(cwd, "lab", name), content);
const ingest = () => kym(["ingest", "lab", "study.zarr"], { cwd });

test("a file of an image that is not understood makes the run partial that meets it, and no later one", async () => {
  await put("a.tif", TIFF);
  await put("a.qc.json", "{bad");
  const first = await ingest();
  expect(first.exitCode).toBe(3);
  expect(first.stdout).toContain("loaded 1 of 1 · 1 file not understood → study.ingest-report.json");
  expect(first.stderr).toContain("a.qc.json: kept as an attachment: not JSON");
  expect((await ingest()).exitCode).toBe(0);
  // A new image, and a new file beside the old one, do not meet the bad file again.
  await put("b.tif", OTHER_TIFF);
  await put("a.other.json", "{}");
  expect((await ingest()).exitCode).toBe(0);
  // Bad in another way, it is met again; mended, it is not.
  await put("a.qc.json", "{worse");
  const { data } = await kymJson(["ingest", "lab", "study.zarr"], { cwd });
  expect(data.notUnderstood).toMatchObject([{ path: "a.qc.json", kind: "not_understood" }]);
  await put("a.qc.json", '{"snr": 2}');
  expect((await ingest()).exitCode).toBe(0);
});

test("stray files are named once a kind in text, JSON and report, leave the run whole, and are news only once", async () => {
  await put("a.tif", TIFF);
  for (const name of ["1.dat", "2.dat", "3.dat", "4.DAT", "notes.pdf"]) {
    await put(name, "");
  }
  const { exitCode, stdout } = await ingest();
  expect(exitCode).toBe(0);
  expect(stdout).toContain(
    "not understood, left alone: 4 .dat files: 1.dat, 2.dat, 3.dat and 1 more; -v lists them\n",
  );
  expect(stdout).toContain("not understood, left alone: 1 .pdf file: notes.pdf\n");
  const kinds = [
    { kind: ".dat", count: 4, paths: ["1.dat", "2.dat", "3.dat", "4.DAT"] },
    { kind: ".pdf", count: 1, paths: ["notes.pdf"] },
  ];
  const report = JSON.parse(await readFile(join(cwd, "study.ingest-report.json"), "utf8"));
  expect(report.unrecognised).toEqual(kinds);
  const again = await kym(["ingest", "lab", "study.zarr"], { cwd });
  expect(again.stdout).not.toContain("not understood");
  expect((await kymJson(["ingest", "lab", "study.zarr"], { cwd })).data.unrecognised).toEqual(kinds);
});

test("an image is found by its name and with its files, however its accents are composed", async () => {
  const [nfc, nfd] = ["NFC", "NFD"].map((form) => "Saliné_0001".normalize(form));
  await put(`${nfd}.tif`, TIFF);
  await put(`${nfc}.json`, JSON.stringify({ experiment_metadata: { condition: "saline" } }));
  expect((await ingest()).stdout).toContain("1 metadata file");
  for (const name of [nfc, nfd, `${nfc}.tif`, nfc?.slice(0, 6)]) {
    const { exitCode, stdout } = await kym(["show", "study.zarr", name ?? ""], { cwd });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("classic_json")]);
  }
});

test("what a cloud keeps online only is not downloaded: neither gone nor damaged, and read when it is there", async () => {
  await put("a.tif", TIFF);
  await put("b.tif", OTHER_TIFF);
  expect((await ingest()).exitCode).toBe(0);
  // A placeholder of iCloud for an image that is known, and one that takes no space for a file of another.
  await rm(join(cwd, "lab/b.tif"));
  await put(".b.tif.icloud", "bplist");
  await put("c.tif", OTHER_TIFF);
  await put("c.json", "");
  await truncate(join(cwd, "lab/c.json"), 5000);
  const { exitCode, stdout, stderr } = await ingest();
  expect(exitCode).toBe(3);
  expect(stdout).toContain("b.tif — not downloaded: b.tif is online only");
  expect(stdout).toContain("c.tif — not downloaded: c.json is online only");
  expect(stdout).toContain("loaded 1 of 3 · 2 not downloaded");
  expect(stdout + stderr).not.toMatch(/gone|damaged|failed/);
  await rm(join(cwd, "lab/.b.tif.icloud"));
  await put("b.tif", OTHER_TIFF);
  await put("c.json", '{"experiment_metadata": {}}');
  expect((await ingest()).exitCode).toBe(0);
});
