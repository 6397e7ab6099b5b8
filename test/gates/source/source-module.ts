// The imports, exports and identifiers of a TypeScript file, as the gates need them.

import { parseAst } from "rolldown/parseAst";
import { isSyntaxNode, nodesOf, type SyntaxNode } from "./syntax-node.ts";

/** The facts about a TypeScript file. Comments are ignored. */
export interface SourceModule {
  /**
   * Every module that the file names: in `import`, `export … from`, `import()` and `import("…")` in a type, and in
   * `import.meta.resolve("…")`.
   */
  readonly imports: ReadonlySet<string>;
  /** Every name that the file exports, including types; `*` for an `export *`. */
  readonly exports: ReadonlySet<string>;
  readonly identifiers: ReadonlySet<string>;
  /** The free-standing identifiers: not members of an object, keys, or names in another module. */
  readonly references: ReadonlySet<string>;
  readonly strings: ReadonlySet<string>;
}

const parsed = new Map<string, SourceModule>();

/** Parses a text once. Throws if it is not TypeScript. */
export function sourceModule(path: string, text: string): SourceModule {
  const known = parsed.get(text);
  if (known !== undefined) {
    return known;
  }
  const module = readModule(parseAst(text, { lang: "ts" }, path));
  parsed.set(text, module);
  return module;
}

function readModule(program: unknown): SourceModule {
  const imports = new Set<string>();
  const exports = new Set<string>();
  const identifiers = new Set<string>();
  const references = new Set<string>();
  const strings = new Set<string>();
  const namedElsewhere = new Set<unknown>();
  for (const node of nodesOf(program)) {
    for (const name of namesOfMembers(node)) {
      namedElsewhere.add(name);
    }
    for (const name of exportsOf(node)) {
      exports.add(name);
    }
    if (isSyntaxNode(node.source) && typeof node.source.value === "string") {
      imports.add(node.source.value);
    }
    for (const specifier of resolvedBy(node)) {
      imports.add(specifier);
    }
    if (typeof node.name === "string") {
      identifiers.add(node.name);
      if (node.type === "Identifier" && !namedElsewhere.has(node)) {
        references.add(node.name);
      }
    }
    if (node.type === "Literal" && typeof node.value === "string") {
      strings.add(node.value);
    }
    if (node.type === "TemplateElement") {
      strings.add(templateText(node.value));
    }
  }
  return { imports, exports, identifiers, references, strings };
}

/** What `import.meta.resolve("…")` names. */
function resolvedBy({ type, callee, arguments: given }: SyntaxNode): readonly string[] {
  const isResolve =
    type === "CallExpression" &&
    isSyntaxNode(callee) &&
    isSyntaxNode(callee.object) &&
    callee.object.type === "MetaProperty" &&
    isSyntaxNode(callee.property) &&
    callee.property.name === "resolve";
  const [first]: readonly unknown[] = isResolve && Array.isArray(given) ? given : [];
  return isSyntaxNode(first) && typeof first.value === "string" ? [first.value] : [];
}

function namesOfMembers(node: SyntaxNode): readonly unknown[] {
  switch (node.type) {
    case "ImportSpecifier":
      return [node.imported];
    case "ExportSpecifier":
      return [node.exported];
    case "MetaProperty":
      return [node.property];
    case "TSQualifiedName":
      return [node.right];
    default:
      return node.computed === false ? [node.key, node.property] : [];
  }
}

function exportsOf(node: SyntaxNode): readonly string[] {
  switch (node.type) {
    case "ExportNamedDeclaration":
      return isSyntaxNode(node.declaration) ? namesDeclaredBy(node.declaration) : [];
    case "ExportSpecifier":
      return nameOf(node.exported);
    case "ExportAllDeclaration":
      return node.exported === null ? ["*"] : nameOf(node.exported);
    case "ExportDefaultDeclaration":
      return ["default"];
    default:
      return [];
  }
}

function namesDeclaredBy(declaration: SyntaxNode): readonly string[] {
  if (!Array.isArray(declaration.declarations)) {
    return nameOf(declaration.id);
  }
  return declaration.declarations.flatMap((declarator: unknown) =>
    isSyntaxNode(declarator) ? nameOf(declarator.id) : [],
  );
}

/** The name of an identifier; undefined for a destructured export, which the repository does not use. */
function nameOf(node: unknown): readonly string[] {
  return isSyntaxNode(node) && typeof node.name === "string" ? [node.name] : [];
}

function templateText(value: unknown): string {
  const isTemplate = typeof value === "object" && value !== null && "raw" in value;
  return isTemplate && typeof value.raw === "string" ? value.raw : "";
}
