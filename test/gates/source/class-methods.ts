// Finds the methods of the classes in a TypeScript file.

import { parseAst } from "rolldown/parseAst";
import { isSyntaxNode, nodesOf, type SyntaxNode } from "./syntax-node.ts";

/** A class with its public methods. Getters and static methods do not count, because they are used like fields and functions. */
export interface ClassMethods {
  readonly name: string;
  readonly methods: readonly ClassMethod[];
}

export interface ClassMethod {
  readonly name: string;
  /** Whether the body is one call of a member of the object, as in `return this.view.load(name, options)`. */
  readonly handsOn: boolean;
}

/** Reads the classes of a source text. Throws if it is not TypeScript. */
export function classMethods(path: string, text: string): readonly ClassMethods[] {
  if (!/\bclass\b/.test(text)) {
    return [];
  }
  return [...nodesOf(parseAst(text, { lang: "ts" }, path))]
    .filter(({ type }) => type === "ClassDeclaration" || type === "ClassExpression")
    .map((node) => ({ name: nameOf(node.id), methods: methodsOf(node) }));
}

function methodsOf({ body }: SyntaxNode): readonly ClassMethod[] {
  const members = isSyntaxNode(body) && Array.isArray(body.body) ? body.body : [];
  return members.filter(isSyntaxNode).flatMap((member) => {
    const isPublic = member.accessibility !== "private" && member.accessibility !== "protected";
    const isOfObject = member.static !== true && member.kind === "method";
    const name = nameOf(member.key);
    return member.type === "MethodDefinition" && isPublic && isOfObject && name !== ""
      ? [{ name, handsOn: handsOn(member.value) }]
      : [];
  });
}

/** The name of an identifier; undefined for a private or a computed one, such as `[Symbol.asyncDispose]`. */
function nameOf(node: unknown): string {
  return isSyntaxNode(node) && node.type === "Identifier" && typeof node.name === "string" ? node.name : "";
}

function handsOn(method: unknown): boolean {
  const block = isSyntaxNode(method) ? method.body : undefined;
  const statements = isSyntaxNode(block) && Array.isArray(block.body) ? block.body : [];
  const [first] = statements;
  const call = isSyntaxNode(first) && first.type === "ReturnStatement" ? first.argument : undefined;
  return (
    statements.length === 1 && isSyntaxNode(call) && call.type === "CallExpression" && isOfThis(call.callee)
  );
}

/** Whether an expression is `this.x`, `this.x.y` and so on. */
function isOfThis(callee: unknown): boolean {
  return (
    isSyntaxNode(callee) &&
    callee.type === "MemberExpression" &&
    isSyntaxNode(callee.object) &&
    (callee.object.type === "ThisExpression" || isOfThis(callee.object))
  );
}
