// Reports of a small study: what the command writes, says and refuses. What the page does in a browser is in test:interop.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { createNdArray } from "@kym/zarr-store";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-report-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** The page without its scripts, which hold libraries. */
function wordsOf(page: string): string {
  return page.replace(/<script>.*?<\/script>/gs, "");
}

it("a report is one file with every image, its condition, its states in words, and a policy that forbids requests", async () => {
  const { exitCode, stdout, stderr } = await kym(["report", "study.zarr", "-o", "report.html"], { cwd });
  expect([exitCode, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^wrote report\.html: 4 images, 3 accepted/);
  const page = wordsOf(await readFile(join(cwd, "report.html"), "utf8"));
  expect(page.match(/<article /g)).toHaveLength(4);
  for (const words of [
    "28d AngII/20250722/a.tif",
    "condition <bdi>AngII</bdi>",
    "Note: <bdi>clear</bdi>",
    "not accepted",
  ]) {
    expect(page).toContain(words);
  }
  expect(page).toContain("default-src &apos;none&apos;; script-src &apos;sha256-");
  // Nothing that a browser would load.
  expect(page).not.toMatch(/<(img|link|iframe|source|video)\b|\bsrc=|@import|url\(/);
}, 60_000);

it("the same dataset gives the same bytes, and only --force replaces a report", async () => {
  await kym(["report", "study.zarr", "-o", "twice.html"], { cwd });
  const first = await readFile(join(cwd, "twice.html"), "utf8");
  const again = await kym(["report", "study.zarr", "-o", "twice.html"], { cwd });
  expect(again.exitCode).not.toBe(0);
  expect(again.stderr).toContain("twice.html already exists");
  expect((await kym(["report", "study.zarr", "-o", "twice.html", "--force"], { cwd })).exitCode).toBe(0);
  expect((await readFile(join(cwd, "twice.html"), "utf8")) === first).toBe(true);
  expect((await readdir(cwd)).filter((name) => name.includes("partial"))).toEqual([]);
});

it("the head of the page names the newest version of the dataset, and its day", async () => {
  const { data } = await kymJson(["log", "study.zarr"], { cwd });
  const { version, committed_utc: committed } = data.at(-1);
  await kym(["report", "study.zarr", "-o", "newest.html"], { cwd });
  const page = wordsOf(await readFile(join(cwd, "newest.html"), "utf8"));
  expect(version).toBeGreaterThan(1);
  expect(page).toContain(`, version ${version} of ${committed.slice(0, 10)}`);
});

it("where images have neither animal nor day, the tables have the mean of images, as the words above them say", async () => {
  await kym(["report", "study.zarr", "-o", "means.html"], { cwd });
  const page = wordsOf(await readFile(join(cwd, "means.html"), "utf8"));
  expect(page).toContain("The mean is over images.");
  expect(page).toContain('<th scope="col" class="number">mean</th>');
  expect(page).not.toContain("mean ± SEM");
});

it("--where chooses images, and the page and --json say which", async () => {
  const where = "condition = 'control'";
  const { data } = await kymJson(["report", "study.zarr", "-o", "some.html", "--where", where], { cwd });
  expect(data).toMatchObject({ file: "some.html", images: 1, accepted: 1, images_without_picture: [] });
  const page = wordsOf(await readFile(join(cwd, "some.html"), "utf8"));
  expect(page).toContain("<code>condition = &apos;control&apos;</code>");
  expect(page).not.toContain("AngII");
});

it("a file inside the dataset, without a name or of another kind is refused, and nothing is written", async () => {
  const before = await readdir(cwd, { recursive: true });
  for (const [words, message] of [
    [["-o", "study.zarr/report.html"], "is inside the dataset"],
    [[], "a report needs a file"],
    [["-o", "report.pdf"], "does not end with .html"],
    [["-o", "x.html", "--where", "nothing ="], "--where"],
  ] as const) {
    const { exitCode, stderr } = await kym(["report", "study.zarr", ...words], { cwd });
    expect(exitCode, words.join(" ")).not.toBe(0);
    expect(stderr).toContain(message);
  }
  expect(await readdir(cwd, { recursive: true })).toEqual(before);
});

it("pixels that cannot be read are said in the report, and stop no other image", async () => {
  await makeSmallStudy(join(cwd, "hurt.zarr"));
  const chunks = (await readdir(join(cwd, "hurt.zarr", "images", "scan-c"), { recursive: true })).filter(
    (name) => /(^|\/)c\/\d+\/\d+$/.test(name),
  );
  expect(chunks).not.toEqual([]);
  for (const chunk of chunks) {
    await writeFile(join(cwd, "hurt.zarr", "images", "scan-c", chunk), "damaged");
  }
  const { data } = await kymJson(["report", "hurt.zarr", "-o", "hurt.html"], { cwd });
  expect(data).toMatchObject({ images: 4, images_without_picture: ["c"] });
  expect(wordsOf(await readFile(join(cwd, "hurt.html"), "utf8"))).toContain(
    "There is no picture, because the pixels cannot be read",
  );
});

it("lines that cannot be read leave the overview, and a blind report does not say which file they are in", async () => {
  await mkdir(join(cwd, "scans"));
  await writeFile(join(cwd, "scans", "secret.tif"), writeImageJTiff(createNdArray("uint8", [40, 6])));
  await kym(["ingest", "scans", "torn.zarr"], { cwd });
  const files = await readdir(join(cwd, "torn.zarr"), { recursive: true });
  for (const chunk of files.filter((name) => /\/data\/c\/\d+\/\d+$/.test(name))) {
    await writeFile(join(cwd, "torn.zarr", chunk), "damaged");
  }
  const { data } = await kymJson(["report", "torn.zarr", "-o", "torn.html"], { cwd });
  expect(data).toMatchObject({ images: 1, images_without_picture: [] });
  const page = wordsOf(await readFile(join(cwd, "torn.html"), "utf8"));
  expect(page).toContain("The lines as recorded are not shown, because they cannot be read.");
  expect(page).toMatch(/What cannot be read: images\/[^<]* is damaged/);
  expect(page).toMatch(/"overview":\{"bins":40,.*"stretch":null/);
  await kym(["report", "torn.zarr", "-o", "blind.html", "--blind"], { cwd });
  const blind = wordsOf(await readFile(join(cwd, "blind.html"), "utf8"));
  expect(blind).toContain("The lines as recorded are not shown, because they cannot be read.");
  expect(blind).not.toMatch(/images\/|secret/);
}, 60_000);

it("the version of a report is the newest", async () => {
  await makeSmallStudy(join(cwd, "edited.zarr"));
  await kym(["edit", "edited.zarr", "a", "--note", "again"], { cwd });
  const { data } = await kymJson(["log", "edited.zarr"], { cwd });
  expect(Array.isArray(data) && data.length > 1).toBe(true);
  await kym(["report", "edited.zarr", "-o", "edited.html"], { cwd });
  const page = await readFile(join(cwd, "edited.html"), "utf8");
  expect(/, version (\d+) of \d{4}-/.exec(page)?.[1]).toBe(String(Array.isArray(data) && data.length));
});

it("kym run --report ends with a report, replaces it the next time, and replaces no other file", async () => {
  await mkdir(join(cwd, "lab"));
  const run = (file: string): ReturnType<typeof kym> =>
    kym(["run", "lab", "run.zarr", "--report", file], { cwd });
  await writeFile(join(cwd, "thesis.html"), "<p>mine</p>");
  const refused = await run("thesis.html");
  expect(refused.stderr).toContain("thesis.html already exists, and was not written by kym report");
  expect(await readFile(join(cwd, "thesis.html"), "utf8")).toBe("<p>mine</p>");
  await writeFile(join(cwd, "lab", "scan.tif"), writeImageJTiff(createNdArray("uint8", [40, 6])));
  for (const _ of ["first", "again"]) {
    const { stdout } = await run("run.html");
    expect(stdout).toMatch(/wrote run\.html: 1 image, 1 accepted/);
  }
  expect(await readFile(join(cwd, "run.html"), "utf8")).toContain("scan.tif");
}, 60_000);
