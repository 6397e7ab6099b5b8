// Finds the named imports of a TypeScript file.

import { parseAst } from "rolldown/parseAst";
import { isSyntaxNode, nodesOf } from "./syntax-node.ts";

/** A name that a file imports or re-exports from a module; `name` is its name in that module. */
export interface NamedImport {
  readonly specifier: string;
  readonly name: string;
}

/** The named imports of a TypeScript file, including types. Throws if the text is not TypeScript. */
export function namedImports(path: string, text: string): readonly NamedImport[] {
  if (!text.includes("@kym/")) {
    return [];
  }
  return [...nodesOf(parseAst(text, { lang: "ts" }, path))].flatMap((node) => {
    const isImport = node.type === "ImportDeclaration" || node.type === "ExportNamedDeclaration";
    const specifier = isImport && isSyntaxNode(node.source) ? node.source.value : undefined;
    if (typeof specifier !== "string" || !Array.isArray(node.specifiers)) {
      return [];
    }
    return node.specifiers.filter(isSyntaxNode).flatMap((each) => {
      const name = isSyntaxNode(each.imported) ? each.imported : each.local;
      return isSyntaxNode(name) && typeof name.name === "string" ? [{ specifier, name: name.name }] : [];
    });
  });
}
