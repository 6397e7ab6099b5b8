import type { SourceTree } from "./source-tree.ts";

export interface Example {
  readonly path: string;
  readonly line: number;
  readonly code: string;
  /** What it prints: the next block, if it is one of `text`. */
  readonly output: string | undefined;
}

export interface Block {
  /** What stands behind the fence: `ts`. */
  readonly info: string;
  readonly content: string;
  readonly line: number;
}

/** The examples of every README and of `docs/`: each `ts` block is a program of its own. */
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
