// Checks that the packages and their examples compile in another team's strict program.

import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { examplesOf } from "./source/readme-example.ts";
import { REPOSITORY_ROOT, readSourceTree } from "./source/source-tree.ts";
import { browserEntries, libraryPackages, type WorkspacePackage } from "./source/workspace-package.ts";

const TSC = resolve(REPOSITORY_ROOT, "node_modules/.bin/tsc");
const TREE = readSourceTree();

/** The strict compiler options of another team's program, which check the declarations of libraries too. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
  target: "es2024",
};
const NODE_WITHOUT_DOM = {
  module: "nodenext",
  moduleResolution: "nodenext",
  lib: ["es2024", "esnext.array", "esnext.disposable"],
  types: ["node"],
};
const BROWSER_WITHOUT_NODE = {
  module: "esnext",
  moduleResolution: "bundler",
  lib: ["es2024", "esnext.array", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
  types: [],
};

let project = "";
let ofNode: Problems = new Map();

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "kym-consumer-"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
  for (const member of libraryPackages(TREE)) {
    installDeclarations(member, project);
  }
  link(resolve(REPOSITORY_ROOT, "node_modules/@types/node"), join(project, "node_modules/@types/node"));
  ofNode = compilePrograms(NODE_PROGRAMS, NODE_WITHOUT_DOM);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

/** A package as in its tarball: its declarations, its published `exports` and its dependencies. */
function installDeclarations({ folder, name }: WorkspacePackage, into: string): void {
  const home = join(into, "node_modules", name);
  const build = resolve(REPOSITORY_ROOT, folder, "tsconfig.build.json");
  // Declarations that spell out their types do not need the packages below to be built.
  expect(compile(["-p", build, "--noCheck", "--outDir", join(home, "dist")])).toBe("");
  const manifest = JSON.parse(TREE.get(`${folder}/package.json`) ?? "");
  const { exports } = manifest.publishConfig;
  writeFileSync(join(home, "package.json"), JSON.stringify({ name, type: "module", exports }));
  const installed = resolve(REPOSITORY_ROOT, folder, "node_modules");
  const names = [
    ...Object.keys(manifest.dependencies ?? {}),
    ...Object.keys(manifest.peerDependencies ?? {}),
  ];
  for (const dependency of names.filter((each) => !each.startsWith("@kym/"))) {
    link(join(installed, dependency), join(into, "node_modules", dependency));
  }
}

function link(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  symlinkSync(realpathSync(from), to);
}

function compile(args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(TSC, args, { encoding: "utf8" });
  return status === 0 ? "" : stdout + stderr;
}

/** Compiles programs in a temporary folder, and returns the messages of the compiler for each. */
function compilePrograms(programs: Readonly<Record<string, string>>, options: object): Problems {
  const folder = mkdtempSync(join(project, "src-"));
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(folder, name), text);
  }
  const config = join(folder, "tsconfig.json");
  writeFileSync(
    config,
    JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files: readdirSync(folder) }),
  );
  return problemsByFile(compile(["-p", config, "--pretty", "false"]));
}

/** The messages of the compiler by program; under the empty name, all other messages. */
type Problems = ReadonlyMap<string, string>;

function problemsByFile(output: string): Problems {
  const problems = new Map<string, string>();
  let file = "";
  for (const line of output.split("\n").filter((text) => text !== "")) {
    // Indented lines explain the problem of the line before.
    if (!line.startsWith(" ")) {
      const [, path = ""] = /^(.+?)\(\d+,\d+\): /.exec(line) ?? [];
      file = path.includes("src-") ? basename(path) : "";
    }
    problems.set(file, `${problems.get(file) ?? ""}${line}\n`);
  }
  return problems;
}

/** A switch over all codes of an error. It compiles only if the type has exactly these codes. */
function exhaustiveSwitch(specifier: string, className: string, codes: readonly string[]): string {
  return `
    import type { ${className} } from "${specifier}";
    export function sayWhy(error: ${className}): string {
      switch (error.code) {
        ${codes.map((code) => `case "${code}":`).join("\n")}
          return error.code;
        default: {
          const none: never = error.code;
          return none;
        }
      }
    }`;
}

const EXAMPLES: Readonly<Record<string, string>> = Object.fromEntries(
  examplesOf(TREE)
    .filter(({ path }) => !path.startsWith("apps/"))
    .map(({ path, line, code }) => [`${path.replaceAll("/", "-")}-${line}.ts`, code]),
);
const ROI_CODES = ["not_found", "invalid_argument", "not_supported"];
const STORE_CODES = [
  ...["not_found", "read_only", "invalid_argument", "invalid_name", "schema_mismatch", "not_supported"],
  ...["already_exists", "conflict", "integrity", "modified_outside", "invalid_metadata", "invalid_file"],
  ...["io", "aborted"],
];
/** Compiled together, because the declarations of the packages take most of the compiler's time. */
const NODE_PROGRAMS: Readonly<Record<string, string>> = {
  ...EXAMPLES,
  "roi.ts": exhaustiveSwitch("@kym/roi", "RoiError", ROI_CODES),
  "store.ts": exhaustiveSwitch("@kym/zarr-store", "ZarrStoreError", STORE_CODES),
  "forgetful.ts": exhaustiveSwitch("@kym/roi", "RoiError", ROI_CODES.slice(1)),
  "misuse.ts": `
    import { readTiff, type ByteSource } from "@kym/legacy-io/tiff";
    export const wrong = async (source: ByteSource): Promise<string> => (await readTiff(source)).image.shape;`,
};

test("every example of a package's README and of docs/ compiles in a strict Node program without the DOM's types", () => {
  expect(Object.keys(EXAMPLES).length).toBeGreaterThan(8);
  for (const name of ["", ...Object.keys(EXAMPLES)]) {
    expect(ofNode.get(name), name).toBeUndefined();
  }
});

test("every entry but those for Node compiles in a strict browser program without Node's types", () => {
  const entries = libraryPackages(TREE).flatMap(browserEntries);
  expect(entries).toEqual(expect.arrayContaining(["@kym/zarr-store", "@kym/zarr-store/table"]));
  expect(entries).not.toContain("@kym/zarr-store/node");
  const imports = entries.map((entry, index) => `export * as p${index} from "${entry}";`);
  expect([...compilePrograms({ "all.ts": imports.join("\n") }, BROWSER_WITHOUT_NODE)]).toEqual([]);
});

test("a switch over the codes of an error is exhaustive, and one that forgets a code does not compile", () => {
  expect([ofNode.get("roi.ts"), ofNode.get("store.ts")]).toEqual([undefined, undefined]);
  expect(ofNode.get("forgetful.ts")).toContain(`Type '"not_found"' is not assignable to type 'never'`);
});

test("a program that misuses a value of a package does not compile", () => {
  expect(ofNode.get("misuse.ts")).toContain("TS2322");
});
