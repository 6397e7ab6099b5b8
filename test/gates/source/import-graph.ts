// Which file imports which within the packages, for the gates on cycles, arrows and doors.

import { isRelativeSpecifier, resolveSpecifier } from "./module-specifier.ts";
import type { SourceTree } from "./source-tree.ts";
import { sourceFiles, workspacePackages } from "./workspace-package.ts";

/** The files of every `src`, each with the files that it imports by a relative path. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

export function importGraph(tree: SourceTree): ImportGraph {
  const files = workspacePackages(tree).flatMap(({ folder }) => sourceFiles(tree, `${folder}/src`));
  return new Map(
    files.map(({ path, module }) => [
      path,
      [...module.imports].filter(isRelativeSpecifier).map((specifier) => resolveSpecifier(path, specifier)),
    ]),
  );
}
