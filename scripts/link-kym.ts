// Puts `kym` on the PATH: a link to this clone's `kym` in a folder of the user. `--undo` removes it.

/**
 *     npx -y pnpm@12 link-kym            # into ~/.local/bin
 *     npx -y pnpm@12 link-kym FOLDER     # into another folder
 *     npx -y pnpm@12 link-kym --undo
 *
 * It writes one file, and replaces or removes none that it did not write. On Windows the file is a `kym.cmd` in a folder that
 * is on the PATH of every user.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { type LinkRequest, linkKym } from "./link-kym-file.ts";

const { env, platform } = process;
const words = process.argv.slice(2);
const isUndo = words.includes("--undo");
const [given, ...more] = words.filter((word) => word !== "--undo");
const usual =
  platform === "win32"
    ? join(env["LOCALAPPDATA"] ?? homedir(), "Microsoft", "WindowsApps")
    : join(homedir(), ".local", "bin");
if (more.length > 0 || given?.startsWith("-") === true) {
  process.stderr.write("link-kym takes a folder and --undo, and nothing else\n");
  process.exitCode = 2;
} else {
  const request: LinkRequest = {
    clone: resolve(import.meta.dirname, ".."),
    folder: given === undefined ? usual : resolve(env["INIT_CWD"] ?? process.cwd(), given),
    isWindows: platform === "win32",
    path: env["PATH"] ?? "",
    isUndo,
  };
  const { isDone, lines } = linkKym(request);
  (isDone ? process.stdout : process.stderr).write(`${lines.join("\n")}\n`);
  process.exitCode = isDone ? 0 : 5;
}
