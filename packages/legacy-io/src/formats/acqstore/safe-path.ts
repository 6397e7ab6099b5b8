// Decides whether a path that a file names lies below the folder that the file belongs to.

import { LegacyIoError } from "../../errors.ts";
import { printableName } from "../rois/printable-name.ts";

const LONGEST_PATH = 1024;
const MOST_PARTS = 32;

/**
 * The path, if it is relative, joined by `/`, and leads nowhere but below its folder. `.` and `./` in front count for nothing.
 *
 * @param where the member that has the path, for messages
 * @throws {LegacyIoError} `invalid_name` for any other path
 */
export function safePath(path: string, where: string): string {
  const plain = path.replace(/^(\.\/)+/, "");
  const parts = plain.split("/");
  const isSafe =
    plain !== "" &&
    plain.length <= LONGEST_PATH &&
    parts.length <= MOST_PARTS &&
    plain.isWellFormed() &&
    !/[\\\0]|^[A-Za-z]:/.test(plain) &&
    parts.every((part) => part !== "" && part !== "." && part !== "..");
  if (!isSafe) {
    throw new LegacyIoError(
      "invalid_name",
      `expected a path below its folder at ${where}, found ${JSON.stringify(printableName(path))}`,
      { expected: "a relative path without ..", found: path.slice(0, LONGEST_PATH) },
    );
  }
  return plain;
}
