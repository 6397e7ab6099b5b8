import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const PACKAGE = resolve(import.meta.dirname, "../..");
const TSUP = resolve(PACKAGE, "../../node_modules/tsup/dist/cli-default.js");

/** The command as it is published, built in a temporary folder from which it finds its dependencies. */
export interface BuiltKym extends AsyncDisposable {
  readonly folder: string;
  readonly main: string;
}

export async function buildKym(): Promise<BuiltKym> {
  await mkdir(join(PACKAGE, "node_modules"), { recursive: true });
  const folder = await mkdtemp(join(PACKAGE, "node_modules/.built-kym-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await execute(process.execPath, [TSUP, "--silent", "--out-dir", join(folder, "dist")], { cwd: PACKAGE });
    // Needed by `--version`.
    await cp(join(PACKAGE, "package.json"), join(folder, "package.json"));
  } catch (error) {
    await remove();
    throw error;
  }
  return { folder, main: join(folder, "dist/main.js"), [Symbol.asyncDispose]: remove };
}
