// Runs the lines of docs/blind.md, one after the other, as the two people would.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kym, kymJson } from "../support/kym.ts";

const PAGE = join(import.meta.dirname, "../../../../docs/blind.md");
const TELLING = /AngII|Control|scan_|study|2025/;
let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-recipe-"));
  await mkdir(join(cwd, "lab"));
  for (const [index, condition] of ["AngII", "Control", "AngII", "Control"].entries()) {
    const data = Uint16Array.from({ length: 400 }, (_, at) => (at * (index + 3)) % 200);
    await writeFile(
      join(cwd, `lab/scan_${index}.tif`),
      writeImageJTiff({ dtype: "uint16", shape: [50, 8], data }),
    );
    const metadata = { experiment_metadata: { condition, date: "20250722" } };
    await writeFile(join(cwd, `lab/scan_${index}.json`), JSON.stringify(metadata));
  }
  await kym(["ingest", "lab", "study.zarr"], { cwd });
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

/** The words of a line, without its comment. */
function wordsOf(line: string): readonly string[] {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  const comment = words.findIndex((word) => word.startsWith("#"));
  return comment < 0 ? words : words.slice(0, comment);
}

it("every line of the page on blind scoring runs, says nothing while it is blind, and leads to the statistics", async () => {
  const page = await readFile(PAGE, "utf8");
  const lines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) =>
    block.trim().split("\n"),
  );
  let env: Readonly<Record<string, string>> = {};
  let name = "";
  const outputs = new Map<string, string>();
  for (const line of lines) {
    const [first, ...words] = wordsOf(line);
    if (first !== "kym") {
      env = first === "export" ? Object.fromEntries(words.map((word) => word.split("="))) : {};
      continue;
    }
    // DuckDB looks for a file where the process is, which is elsewhere in a test.
    const redirect = words.indexOf(">");
    const args = words
      .slice(0, redirect < 0 ? undefined : redirect)
      .map((word) =>
        word === "$NAME" ? name : word.replace("'opened.csv'", `'${join(cwd, "opened.csv")}'`),
      );
    const { exitCode, stdout, stderr } = await kym(args, { cwd, env });
    expect([line, exitCode]).toEqual([line, 0]);
    if (env["KYM_BLIND"] === "1") {
      expect(stdout + stderr, line).not.toMatch(TELLING);
    }
    if (redirect >= 0) {
      await writeFile(join(cwd, words.at(-1) ?? ""), stdout);
      name = stdout.split("\n")[0] ?? "";
    }
    outputs.set(args[0] ?? "", stdout);
  }
  expect(await readFile(join(cwd, "order.txt"), "utf8")).not.toMatch(TELLING);
  expect(outputs.get("query")).toBe("condition  n\nAngII      2\nControl    2\n");
  const { data } = await kymJson(["show", "study.zarr", name, "--seed", "7"], { cwd });
  const key = await readFile(join(cwd, "key.csv"), "utf8");
  expect(key).toContain(`1,${name},${data.image_id},${data.condition},${data.rel_path},7`);
  expect([data.accepted, data.n_rois]).toEqual([false, 1]);
  const [blind, open] = await Promise.all(
    ["blind.html", "report.html"].map((file) => readFile(join(cwd, file), "utf8")),
  );
  // Programs and styles of the page are the same for each study.
  const said = blind?.replaceAll(/<(script|style)>[\s\S]*?<\/\1>/g, "");
  expect([open?.includes("AngII"), said?.includes(name), said?.match(/AngII|scan_|2025/)]).toEqual([
    true,
    true,
    null,
  ]);
});
