// Makes and removes the file that gives a user the `kym` of a clone, and says what it did.

import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join, win32 } from "node:path";

/** What is asked for: the clone, the folder for the file, and whether to make or remove it. */
export interface LinkRequest {
  readonly clone: string;
  readonly folder: string;
  readonly isWindows: boolean;
  /** The PATH of the user. */
  readonly path: string;
  readonly isUndo: boolean;
}

/** Whether it was done, and the lines to show. */
export interface LinkResult {
  readonly isDone: boolean;
  readonly lines: readonly string[];
}

/** The first line of the file for Windows, by which it is recognised. */
const MARK = "@rem The kym of a clone; link-kym wrote this file.";

/** Makes or removes the file. A file that is not ours is left alone, whoever made it. */
export function linkKym({ clone, folder, isWindows, path, isUndo }: LinkRequest): LinkResult {
  const file = join(folder, isWindows ? "kym.cmd" : "kym");
  const target = isWindows ? win32.join(clone, "kym.cmd") : join(clone, "kym");
  const found = whatIsAt(file);
  if (found === "another") {
    return {
      isDone: false,
      lines: [
        `${file} exists, and link-kym did not write it: nothing was changed`,
        "give another folder: link-kym FOLDER",
      ],
    };
  }
  if (isUndo) {
    rmSync(file, { force: true });
    return { isDone: true, lines: [found === "nothing" ? `there is no ${file}` : `removed ${file}`] };
  }
  mkdirSync(folder, { recursive: true });
  rmSync(file, { force: true });
  if (isWindows) {
    writeFileSync(file, `${MARK}\r\n@"${target}" %*\r\n`);
  } else {
    symlinkSync(target, file);
  }
  const isOnPath = path.split(isWindows ? ";" : delimiter).includes(folder);
  return {
    isDone: true,
    lines: [
      `wrote ${file}, which runs ${target}`,
      "undo it with: npx -y pnpm@12 link-kym --undo",
      ...(isOnPath
        ? ["now type: kym --help"]
        : [`${folder} is not on your PATH yet`, `  ${pathLine(folder, isWindows)}`]),
    ],
  };
}

function pathLine(folder: string, isWindows: boolean): string {
  return isWindows
    ? "add it in Settings, Environment variables"
    : `echo 'export PATH="${folder}:$PATH"' >> ~/.profile   # then log in again`;
}

/** A link to a file of this name in a clone is ours, also when the clone has moved. */
function whatIsAt(file: string): "nothing" | "ours" | "another" {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    return "nothing";
  }
  if (stat.isSymbolicLink()) {
    const target = readlinkSync(file);
    const isClone = !existsSync(target) || existsSync(join(target, "../apps/cli/src/main.ts"));
    return target.endsWith("/kym") && isClone ? "ours" : "another";
  }
  return stat.isFile() && readFileSync(file, "utf8").startsWith(MARK) ? "ours" : "another";
}
