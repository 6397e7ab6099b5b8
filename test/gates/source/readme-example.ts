// Finds the code blocks and examples of the Markdown pages.

import type { SourceTree } from "./source-tree.ts";

export interface Example {
  readonly path: string;
  readonly line: number;
  readonly code: string;
  /** The output of the example: the next block, if it is a `text` block. */
  readonly output: string | undefined;
}

export interface Block {
  /** The text after the opening fence, such as `ts`. */
  readonly info: string;
  readonly content: string;
  readonly line: number;
}

/** The examples of every README and of `docs/`. Each `ts` block is a separate program. */
export function examplesOf(tree: SourceTree): readonly Example[] {
  return pagesOf(tree).flatMap(([path, text]) => {
    const blocks = blocksOf(text);
    return blocks.flatMap(({ info, content, line }, index) => {
      const next = blocks[index + 1];
      const output = next?.info === "text" ? next.content : undefined;
      return info === "ts" ? [{ path, line, code: content, output }] : [];
    });
  });
}

export function pagesOf(tree: SourceTree): readonly (readonly [path: string, text: string])[] {
  return [...tree].filter(([path]) => /(^|\/)README\.md$|^docs\/.*\.md$/.test(path));
}

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(
    ({ index, 1: info = "", 2: content = "" }) => ({
      info,
      content,
      line: markdown.slice(0, index).split("\n").length,
    }),
  );
}
