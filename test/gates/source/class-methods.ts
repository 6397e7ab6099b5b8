import { parseAst } from "rolldown/parseAst";
import { isSyntaxNode, nodesOf, type SyntaxNode } from "./syntax-node.ts";

/** A class of a TypeScript file, with its public methods. Getters are read like fields, and static methods like functions: they are not among them. */
export interface ClassMethods {
  readonly name: string;
  readonly methods: readonly ClassMethod[];
}

export interface ClassMethod {
  readonly name: string;
  /** Its body is one call of something of the object's own, as in `return this.view.load(name, options)`. */
  readonly handsOn: boolean;
}

/** Throws on what is not TypeScript. */
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

/** The name of an identifier; none of a private one, nor of a computed one, as in `[Symbol.asyncDispose]`. */
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

/** Whether it is `this.x`, `this.x.y` and so on. */
function isOfThis(callee: unknown): boolean {
  return (
    isSyntaxNode(callee) &&
    callee.type === "MemberExpression" &&
    isSyntaxNode(callee.object) &&
    (callee.object.type === "ThisExpression" || isOfThis(callee.object))
  );
}
