// The `kym` of a clone, as a user calls it: from other folders, through a link, with an old Node.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const CLONE = join(import.meta.dirname, "../..");

describe.skipIf(process.platform === "win32")("the kym of a clone", () => {
  let work = "";
  beforeEach(() => {
    work = mkdtempSync(join(tmpdir(), "kym clone "));
  });
  afterEach(() => rmSync(work, { recursive: true }));

  const run = (file: string, args: readonly string[], { cwd = work, env = {} }: Where = {}): Run => {
    const all: NodeJS.ProcessEnv = { ...process.env, HOME: work, INIT_CWD: CLONE, ...env };
    delete all["NODE_COMPILE_CACHE"];
    delete all["XDG_CACHE_HOME"];
    const { status, stdout, stderr } = spawnSync(file, args, { cwd, env: all, encoding: "utf8" });
    return { status, stdout, stderr };
  };

  /** A clone without sources: the script, what it looks for, and a PATH whose Node says that it is of `version`. */
  const fakeClone = (
    version: string | undefined,
  ): { readonly script: string; readonly env: NonNullable<Where["env"]> } => {
    const clone = join(work, "my clone");
    const bin = join(work, "bin");
    mkdirSync(join(clone, "apps/cli/node_modules"), { recursive: true });
    mkdirSync(bin);
    const script = join(clone, "kym");
    copyFileSync(join(CLONE, "kym"), script);
    for (const tool of ["dirname", "readlink", "mkdir"]) {
      symlinkSync(spawnSync("which", [tool], { encoding: "utf8" }).stdout.trim(), join(bin, tool));
    }
    if (version !== undefined) {
      const node = `#!/bin/sh\n[ "$1" = -p ] && echo ${version} || for word; do echo "[$word]"; done\n`;
      writeFileSync(join(bin, "node"), node);
      chmodSync(join(bin, "node"), 0o755);
    }
    return { script, env: { PATH: bin } };
  };

  it("runs the sources from any folder, and takes paths from there and not from INIT_CWD", () => {
    const cwd = join(work, "28d AngII");
    mkdirSync(cwd);
    expect(run(join(CLONE, "kym"), ["--version"], { cwd })).toMatchObject({ status: 0, stderr: "" });
    const { status, stderr } = run(join(CLONE, "kym"), ["ls", "none.zarr"], { cwd });
    expect([status, stderr]).toEqual([
      6,
      expect.stringContaining(`no dataset at ${join(cwd, "none.zarr")}\n`),
    ]);
  });

  it("runs through a link to a link, the last of them relative", () => {
    const links = join(work, "my links");
    mkdirSync(links);
    symlinkSync(join(CLONE, "kym"), join(links, "first"));
    symlinkSync("first", join(links, "kym"));
    expect(run(join(links, "kym"), ["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("keeps compiled code in the cache of the user, and not where the user forbids it", () => {
    const off = { NODE_DISABLE_COMPILE_CACHE: "1" };
    run(join(CLONE, "kym"), ["--version"], { env: off });
    expect(existsSync(join(work, ".cache"))).toBe(false);
    run(join(CLONE, "kym"), ["--version"]);
    expect(existsSync(join(work, ".cache/kym/compiled"))).toBe(true);
    expect(run(join(CLONE, "kym"), ["--version"], { env: { HOME: "/proc" } })).toMatchObject({ status: 0 });
  });

  it("says that a clone is not installed, with the line to type", () => {
    const script = join(work, "kym");
    copyFileSync(join(CLONE, "kym"), script);
    const { status, stdout, stderr } = run(script, ["ls"]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^kym: the clone at .+ is not installed yet\n.+ cd '.+' && npx -y pnpm@12 install\n$/,
    );
  });

  it.each([
    ["20.20.2", "this is Node 20.20.2"],
    ["22.17.1", "this is Node 22.17.1"],
    [undefined, "there is no Node on the PATH"],
  ])("with Node %s and none in the clone, it says what is needed and what to do", (version, found) => {
    const { script, env } = fakeClone(version);
    const { status, stdout, stderr } = run(script, ["ls"], { env });
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`kym: a clone of kym needs Node 22.18 or newer, but ${found}\n`);
    expect(stderr).toContain("npx -y pnpm@12 install, which brings Node 24 for it");
  });

  it.each(["22.18.0", "24.0.0"])(
    "with Node %s on the PATH and none in the clone, it runs that one",
    (version) => {
      const { script, env } = fakeClone(version);
      const { status, stdout } = run(script, ["ls", "my study.zarr"], { env });
      expect([status, stdout.split("\n").slice(-3)]).toEqual([0, ["[ls]", "[my study.zarr]", ""]]);
    },
  );
});

interface Where {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
