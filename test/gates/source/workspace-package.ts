// The packages of the workspace, from their `package.json`.

import { posix } from "node:path";
import { type SourceModule, sourceModule } from "./source-module.ts";
import type { SourceTree } from "./source-tree.ts";

/** The facts of a `package.json` below `packages/` or `apps/`. */
export interface WorkspacePackage {
  readonly folder: string;
  readonly name: string;
  readonly isPrivate: boolean;
  readonly dependencies: ReadonlyMap<string, string>;
  readonly peerDependencies: ReadonlyMap<string, string>;
  readonly devDependencies: ReadonlyMap<string, string>;
  /** The source file of each entry of `exports`, from its condition `@kym/source`. */
  readonly entries: ReadonlyMap<string, string>;
  /** The specifiers of `imports`, such as `#arrow`: files that are chosen by platform. */
  readonly ownImports: ReadonlySet<string>;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly module: SourceModule;
}

export function workspacePackages(tree: SourceTree): readonly WorkspacePackage[] {
  return [...tree].flatMap(([path, text]) => {
    const folder = /^((?:packages|apps)\/[^/]+)\/package\.json$/.exec(path)?.[1];
    return folder === undefined ? [] : [parsePackage(folder, text)];
  });
}

/** The packages that others can build on: those below `packages/`. */
export function libraryPackages(tree: SourceTree): readonly WorkspacePackage[] {
  return workspacePackages(tree).filter(({ folder }) => folder.startsWith("packages/"));
}

/** The specifiers of the entries that also run in a browser: those not built from `src/node`. */
export function browserEntries({ name, entries }: WorkspacePackage): readonly string[] {
  return [...entries]
    .filter(([, source]) => !source.startsWith("./src/node/"))
    .map(([entry]) => posix.join(name, entry));
}

/** The TypeScript files below a folder of the repository. */
export function sourceFiles(tree: SourceTree, folder: string): readonly SourceFile[] {
  return [...tree]
    .filter(([path]) => path.startsWith(`${folder}/`) && path.endsWith(".ts"))
    .map(([path, text]) => ({ path, text, module: sourceModule(path, text) }));
}

export function parsePackage(folder: string, text: string): WorkspacePackage {
  const manifest = fieldsOf(JSON.parse(text));
  return {
    folder,
    name: String(manifest.get("name")),
    isPrivate: manifest.get("private") === true,
    dependencies: stringsOf(manifest.get("dependencies")),
    peerDependencies: stringsOf(manifest.get("peerDependencies")),
    devDependencies: stringsOf(manifest.get("devDependencies")),
    entries: entriesOf(manifest.get("exports")),
    ownImports: new Set(fieldsOf(manifest.get("imports")).keys()),
  };
}

function entriesOf(exports: unknown): ReadonlyMap<string, string> {
  const entries = [...fieldsOf(exports)].filter(([entry]) => entry !== "./package.json");
  return new Map(entries.map(([entry, target]) => [entry, String(fieldsOf(target).get("@kym/source"))]));
}

function stringsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map([...fieldsOf(value)].map(([key, field]) => [key, String(field)]));
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}
