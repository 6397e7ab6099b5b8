import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterEach, beforeEach, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";

const PATTERN = ["--path-fields", "{treatment}/{date}/*"];
let cwd = "";

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-folders-"));
  await put("28d AngII/20250722/a.tif", 1);
  await put("Saline, old/20250723/b.tif", 2);
  await put("c.tif", 3);
});

afterEach(() => rm(cwd, { recursive: true, force: true }));

async function put(path: string, seed: number): Promise<void> {
  await mkdir(dirname(join(cwd, "lab", path)), { recursive: true });
  const data = Uint8Array.from({ length: 12 }, (_, index) => seed + index);
  await writeFile(join(cwd, "lab", path), writeImageJTiff({ dtype: "uint8", shape: [4, 3], data }));
}

it("reads treatment and date from folder names, with a map, and says how many scans do not match", async () => {
  const map = ["--map", 'treatment:"28d AngII"=AngII', "--map", "treatment:Saline, old=Saline"];
  const { stdout, exitCode } = await kym(["ingest", "lab", "study.zarr", ...PATTERN, ...map], { cwd });
  expect([exitCode, stdout.split("\n")[0]]).toEqual([
    0,
    "2 of 3 match {treatment}/{date}/*, 1 does not: c.tif",
  ]);
  const { data } = await kymJson(["refresh", "study.zarr", "lab"], { cwd });
  expect(data.pathFields).toEqual({ pattern: PATTERN[1], matched: 2, unmatched: ["c.tif"] });
  expect([data.unchanged.length, data.updated.length]).toEqual([3, 0]);
  const { data: rows } = await kymJson(["query", "study.zarr", "select name, value from path_fields"], {
    cwd,
  });
  expect(rows).toContainEqual({ name: "Saline, old", value: "Saline" });
});

it("a pattern can come later, be changed, and be forgotten by an empty text", async () => {
  await kym(["ingest", "lab", "study.zarr"], { cwd });
  const { data: plan } = await kymJson(["refresh", "study.zarr", "lab", ...PATTERN, "--dry-run"], { cwd });
  expect(plan.updated.map(({ reason }: { readonly reason: string }) => reason)).toEqual([
    'its folders say treatment "28d AngII", date "20250722"',
    'its folders say treatment "Saline, old", date "20250723"',
  ]);
  const { data } = await kymJson(["refresh", "study.zarr", "lab", ...PATTERN], { cwd });
  expect(data.updated).toEqual(plan.updated);
  const { data: forgotten } = await kymJson(["refresh", "study.zarr", "lab", "--path-fields", ""], { cwd });
  expect([forgotten.unchanged.length, forgotten.pathFields]).toEqual([3, undefined]);
  const { stderr } = await kym(["query", "study.zarr", "select * from path_fields"], { cwd });
  expect(stderr).toContain("path_fields");
});

it.each([
  [["--path-fields", "{tratment}/*"], 'at character 2: there is no field "tratment"'],
  [["--path-fields", "{date}/*", "--map", "treatment:a=b"], 'a name is mapped for "treatment"'],
  [["--path-fields", "{date}/*", "--map", "date"], '--map must be FIELD:NAME=VALUE, not "date"'],
  [["--path-fields", "{date}/*", "--map", "date:a=b", "--map", "date:a=c"], "two values for date:"],
  [["--map", "date:a=b"], "--map needs --path-fields"],
  [["--path-fields", "", "--map", "date:a=b"], "--map needs --path-fields"],
])("%j is a usage error that says where", async (options, message) => {
  const { exitCode, stderr } = await kym(["ingest", "lab", "study.zarr", ...options], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
  const hint = message.includes("tratment")
    ? "     did you mean {treatment}?\n"
    : '--path-fields "{treatment}/{date}/*"';
  expect(stderr).toContain(message.includes("two values") ? "" : hint);
});

it("a map's name may have an equals sign between quotes, and commas anywhere", async () => {
  await put("a=b, c/20250722/d.tif", 4);
  const map = ["--map", 'treatment:"a=b, c"=x=y'];
  await kym(["ingest", "lab", "study.zarr", ...PATTERN, ...map], { cwd });
  const { data } = await kymJson(["query", "study.zarr", "select name, value from path_fields"], {
    cwd,
  });
  expect(data).toContainEqual({ name: "a=b, c", value: "x=y" });
});
