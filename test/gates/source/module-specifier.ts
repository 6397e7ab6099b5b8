// Resolves the specifiers of imports to files and packages.

import { posix } from "node:path";

export function isRelativeSpecifier(specifier: string): boolean {
  return specifier.startsWith(".");
}

/** The path in the repository to which a relative import in the file `path` leads. */
export function resolveSpecifier(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier);
}

/** The package of a specifier: `@kym/roi` for `@kym/roi/x`, `zarrita` for `zarrita/x`. */
export function packageOfSpecifier(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
