import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const execute = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../../..");
const LIBRARIES = [
  "flow",
  "kym-dataset",
  "kym-schema",
  "legacy-io",
  "roi",
  "view",
  "viewer-elements",
  "zarr-store",
];
const MOST_OUTPUT_BYTES = 2 ** 26;

/** Runs pnpm as a user would, without the variables that the pnpm around this test sets for its scripts. */
async function pnpm(cwd: string, args: readonly string[]): Promise<string> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("pnpm_config_")),
  );
  const shell = process.platform === "win32";
  const { stdout } = await execute("pnpm", args, { cwd, env, shell, maxBuffer: MOST_OUTPUT_BYTES });
  return stdout;
}

async function filesIn(tarball: string): Promise<readonly string[]> {
  const { stdout } = await execute("tar", ["-tzf", tarball]);
  return stdout.split("\n").filter((path) => path !== "");
}

async function manifestIn(tarball: string): Promise<Record<string, unknown>> {
  const { stdout } = await execute("tar", ["-xzOf", tarball, "package/package.json"]);
  return JSON.parse(stdout);
}

describe("packages that are packed from a clone in which nothing is installed or built", () => {
  let work = "";
  const clone = (...names: readonly string[]): string => join(work, "clone", ...names);
  let packed: ReadonlyMap<string, string> = new Map();
  const tarball = (name: string): string => join(work, "packed", packed.get(name) ?? "");

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-packed-"));
    const { stdout } = await execute("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
      cwd: ROOT,
      maxBuffer: MOST_OUTPUT_BYTES,
    });
    for (const path of stdout.split("\0").filter((name) => name !== "")) {
      await cp(join(ROOT, path), clone(path));
    }
    const others = ["--filter", "!@kym/demos"];
    await pnpm(clone(), ["-r", ...others, "pack", "--pack-destination", join(work, "packed")]);
    const files = await readdir(join(work, "packed"));
    packed = new Map(files.map((file) => [file.replace(/^kym-(.+?)-\d+\.\d+\.\d.*\.tgz$/, "$1"), file]));
  }, 600_000);
  afterAll(() => rm(work, { recursive: true, force: true }));

  it("are the eight libraries and the command, and nothing else", () => {
    expect([...packed.keys()].toSorted()).toEqual(["cli", ...LIBRARIES]);
  });

  it.for(LIBRARIES)(
    "have for each source file of %s its declarations, and a file for each entry",
    async (name) => {
      const files = await filesIn(tarball(name));
      const sources = (await readdir(clone("packages", name, "src"), { recursive: true })).filter((file) =>
        file.endsWith(".ts"),
      );
      const declared = sources.map(
        (file) => `package/dist/${file.replaceAll("\\", "/").replace(/\.ts$/, ".d.ts")}`,
      );
      expect(files.filter((file) => file.endsWith(".d.ts")).toSorted()).toEqual(declared.toSorted());
      const { exports } = await manifestIn(tarball(name));
      const targets = JSON.stringify(exports).match(/\.\/dist\/[^"]+/g) ?? [];
      expect(targets.length).toBeGreaterThan(1);
      for (const target of targets.map((path) => path.slice(2))) {
        expect(files).toContain(`package/${target}`);
      }
      expect(
        files.filter((file) => !/^package\/(?:dist\/|[A-Z]+(?:\.md)?$|package\.json$)/.test(file)),
      ).toEqual([]);
    },
  );

  it("name the versions of each other, and lead to no source", async () => {
    for (const name of ["cli", ...LIBRARIES]) {
      const { exports, dependencies } = await manifestIn(tarball(name));
      const text = JSON.stringify([exports, dependencies]);
      expect(text).not.toMatch(/workspace:|@kym\/source/);
    }
    expect(await filesIn(tarball("cli"))).toContain("package/dist/main.js");
  });

  it("are not packed where a build leaves nothing behind, and it is said why", async () => {
    const path = clone("packages/roi/package.json");
    const manifest = await readFile(path, "utf8");
    const idle = manifest.replace(/"build": "[^"]+"/, `"build": "node -e 0"`);
    expect(idle).not.toBe(manifest);
    await writeFile(path, idle);
    await rm(clone("packages/roi/dist"), { recursive: true });
    const args = ["pack", "--pack-destination", join(work, "empty")];
    const failure: unknown = await pnpm(clone("packages/roi"), args).catch((error: unknown) => error);
    const said = `${Reflect.get(Object(failure), "stdout")}${Reflect.get(Object(failure), "stderr")}`;
    expect(said).toMatch(/cannot be packed: its package\.json names dist\/index\.d\.ts, dist\/index\.js/);
    await expect(readdir(join(work, "empty"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});
