// What people read in a repository: comments, messages in strings, and the prose of pages.
import { parseAst } from "rolldown/parseAst";
import type { SourceTree } from "./source-tree.ts";
import { nodesOf } from "./syntax-node.ts";

/** One paragraph: of a comment, of a page, or a text in a string. Its white space is single spaces. */
export interface WrittenText {
  readonly path: string;
  /** From 1: where the comment, the paragraph or the string begins. */
  readonly line: number;
  readonly kind: "comment" | "message" | "prose";
  readonly text: string;
}

/** A string with fewer words is a key or a name, not a message. */
const FEWEST_WORDS = 3;

const COMMENT = /\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/g;

/** The comments and messages of every TypeScript file, and the prose of every page, whose path `isWanted`. */
export function writtenTexts(tree: SourceTree, isWanted: (path: string) => boolean): readonly WrittenText[] {
  return [...tree]
    .filter(([path]) => isWanted(path))
    .flatMap(([path, text]) => {
      if (path.endsWith(".md")) {
        return proseOf(path, text);
      }
      return path.endsWith(".ts") ? textsOfModule(path, text) : [];
    });
}

/** A text is looked through once, whichever gates ask. */
const known = new Map<string, readonly WrittenText[]>();

function textsOfModule(path: string, text: string): readonly WrittenText[] {
  const found = known.get(`${path}\n${text}`) ?? readModule(path, text);
  known.set(`${path}\n${text}`, found);
  return found;
}

function readModule(path: string, text: string): readonly WrittenText[] {
  const messages: WrittenText[] = [];
  const spans: (readonly [start: number, end: number])[] = [];
  for (const node of nodesOf(parseAst(text, { lang: "ts" }, path))) {
    const value = node.type === "Literal" || node.type === "TemplateElement" ? node.value : undefined;
    if (value === undefined || typeof node.start !== "number" || typeof node.end !== "number") {
      continue;
    }
    const string = singleSpaced(textOf(value));
    if (string.split(" ").length >= FEWEST_WORDS) {
      messages.push({ path, line: lineAt(text, node.start), kind: "message", text: string });
    }
    spans.push([node.start, node.end]);
  }
  const code = withoutSpans(text, spans);
  const comments = [...code.matchAll(COMMENT)].flatMap(({ 0: { length }, index }) => {
    const comment = text.slice(index, index + length);
    const words = comment.replaceAll(/^\/\*+|\*+\/$/g, "").replaceAll(/^[ \t]*(\/\/|\*) ?/gm, "");
    return paragraphsOf(words, lineAt(text, index)).map((paragraph) => ({
      path,
      kind: "comment" as const,
      ...paragraph,
    }));
  });
  return [...comments, ...messages];
}

/** Code blocks are left out; code within a line stays. */
function proseOf(path: string, markdown: string): readonly WrittenText[] {
  const prose = markdown.replaceAll(/^```.*?^```/gms, blanked);
  return paragraphsOf(prose, 1).map((paragraph) => ({ path, kind: "prose" as const, ...paragraph }));
}

/** A paragraph ends at an empty line, an item of a list, a row of a table, a heading and a tag of a docstring. */
function paragraphsOf(text: string, firstLine: number): readonly { line: number; text: string }[] {
  let line = firstLine;
  return text.split(/\n(?=[ \t]*(?:\n|@|- |\* |\d+\. |\||#))/).flatMap((paragraph) => {
    const start = line + (/^\s*/.exec(paragraph)?.[0].split("\n").length ?? 1) - 1;
    line += paragraph.split("\n").length;
    const words = singleSpaced(paragraph);
    return words === "" ? [] : [{ line: start, text: words }];
  });
}

function textOf(value: unknown): string {
  if (typeof value === "string") {
    return value;
  }
  const cooked = typeof value === "object" && value !== null && "cooked" in value ? value.cooked : undefined;
  return typeof cooked === "string" ? cooked : "";
}

function singleSpaced(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

/** The text with spaces in place of its strings, so that a `//` in one begins no comment. */
function withoutSpans(text: string, spans: readonly (readonly [start: number, end: number])[]): string {
  let at = 0;
  let code = "";
  for (const [start, end] of [...spans].sort(([one], [other]) => one - other)) {
    code += text.slice(at, start) + blanked(text.slice(start, end));
    at = end;
  }
  return code + text.slice(at);
}

function blanked(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
