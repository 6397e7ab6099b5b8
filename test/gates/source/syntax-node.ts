// The syntax tree of a TypeScript file.

/** A node of the syntax tree, with the fields that the gates need. */
export interface SyntaxNode {
  readonly type: string;
  readonly accessibility?: unknown;
  readonly argument?: unknown;
  readonly arguments?: unknown;
  readonly body?: unknown;
  readonly callee?: unknown;
  readonly kind?: unknown;
  readonly object?: unknown;
  readonly static?: unknown;
  readonly computed?: unknown;
  readonly declaration?: unknown;
  readonly declarations?: unknown;
  readonly exported?: unknown;
  readonly id?: unknown;
  readonly imported?: unknown;
  readonly key?: unknown;
  readonly name?: unknown;
  readonly property?: unknown;
  readonly right?: unknown;
  readonly local?: unknown;
  readonly source?: unknown;
  readonly specifiers?: unknown;
  readonly value?: unknown;
  readonly start?: unknown;
  readonly end?: unknown;
}

/** All nodes of a syntax tree, parents before children. */
export function* nodesOf(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) {
    for (const item of value) {
      yield* nodesOf(item);
    }
  } else if (isSyntaxNode(value)) {
    yield value;
    for (const field of Object.values(value)) {
      yield* nodesOf(field);
    }
  }
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
