// What a process of the command does where the folder for compiled code cannot be named or made.
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KYM } from "../support/kym-process.ts";

/** Far more than the command needs, even on a busy machine. */
const KILLED_AFTER_MS = 30_000;

/** Preloaded: the user has neither HOME nor an entry in /etc/passwd, where Node throws. */
const NO_HOME = `data:text/javascript,${encodeURIComponent(`
  import os from "node:os";
  import { syncBuiltinESMExports } from "node:module";
  os.homedir = () => {
    throw Object.assign(new Error("uv_os_homedir returned ENOENT"), { code: "ERR_SYSTEM_ERROR" });
  };
  syncBuiltinESMExports();
`)}`;

describe("a process of the command", () => {
  let work = "";
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym-host-"));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));

  const lsHelp = async (
    env: Readonly<Record<string, string>>,
    ...nodeOptions: readonly string[]
  ): Promise<string> => {
    const { NODE_COMPILE_CACHE: _, XDG_CACHE_HOME: __, LOCALAPPDATA: ___, ...inherited } = process.env;
    const words = ["--disable-warning=ExperimentalWarning", ...nodeOptions, ...KYM, "ls", "--help"];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, words, {
      env: { ...inherited, ...env },
      timeout: KILLED_AFTER_MS,
      killSignal: "SIGKILL",
    });
    expect(stderr).toBe("");
    return stdout;
  };

  it("runs for a user without a home folder", { timeout: 2 * KILLED_AFTER_MS }, async () => {
    expect(await lsHelp({}, `--import=${NO_HOME}`)).toMatch(/kym ls/);
  });

  it.skipIf(process.platform !== "linux")(
    "ends where the folder for compiled code cannot be made [skipped where there is no /proc]",
    { timeout: 2 * KILLED_AFTER_MS },
    async () => {
      expect(await lsHelp({ XDG_CACHE_HOME: "/proc/nowhere" })).toMatch(/kym ls/);
    },
  );

  it("keeps compiled code in the user's cache, and none if Node is told so", async () => {
    const [kept, none] = [join(work, "a", "kept"), join(work, "none")];
    await lsHelp({ XDG_CACHE_HOME: kept });
    expect(await readdir(join(kept, "kym", "compiled"))).toHaveLength(1);
    await lsHelp({ XDG_CACHE_HOME: none, NODE_DISABLE_COMPILE_CACHE: "1" });
    expect(await readdir(work)).not.toContain("none");
  });
});
