import type { PrairieRecording } from "../../../src/formats/prairie/prairie-recording.ts";
import { readPrairie } from "../../../src/formats/prairie/read-prairie.ts";
import { prairieXml } from "../../support/prairie-files.ts";
import type { FuzzedParser } from "../fuzz-parsers.ts";

const POINTS = '<Freehand x="1" y="2.5" /><Freehand x="3" y="4" />';
const KEYS =
  '<PVStateShard><Key key="scanlinePeriod" permissions="R" value="0.002" /><Key key="micronsPerPixel_XAxis" value="1.5" /></PVStateShard>';

/** `readPrairie` against one that walks over the characters of the text and keeps what it needs. */
export const FUZZED_PRAIRIE: FuzzedParser<PrairieRecording> = {
  name: "Prairie View",
  sounds: [
    Buffer.from(prairieXml({ cycles: [1, 2], channels: [1, 2] }), "utf8"),
    Buffer.from(prairieXml({ mode: "freeHand", line: POINTS, shard: KEYS }), "utf8"),
    Buffer.from(prairieXml(), "utf16le"),
  ],
  read: readPrairie,
  disagreement: (recording, bytes) => {
    const found = recording.sequences.map(({ type, frames, line }) => [
      type,
      line?.mode ?? "",
      frames.map(({ files, own }) => [own.scanLinePeriod ?? 0, files.map(({ fileName }) => fileName)]),
    ]);
    const naive = readNaively(decode(bytes));
    return JSON.stringify(found) === JSON.stringify(naive)
      ? undefined
      : `${JSON.stringify(found)}, not ${JSON.stringify(naive)}`;
  },
};

type NaiveFrame = [period: number, files: string[]];
type NaiveSequence = [type: string, mode: string, frames: NaiveFrame[]];

function readNaively(text: string): readonly NaiveSequence[] {
  const sequences: NaiveSequence[] = [];
  const path: string[] = [];
  const periods: [key: string, value: number][] = [];
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at)) {
    const skipped = [
      ["<!--", "-->"],
      ["<![CDATA[", "]]>"],
      ["<?", "?>"],
    ].find(([start = ""]) => text.startsWith(start, at));
    if (skipped !== undefined) {
      at = text.indexOf(skipped[1] ?? "", at) + 1;
      continue;
    }
    const [tag, next] = tagAt(text, at);
    at = next;
    if (tag.startsWith("/")) {
      path.pop();
      continue;
    }
    const [name, attributes] = partsOf(tag);
    const sequence = path[1] === "Sequence" ? sequences.at(-1) : undefined;
    const frame = path[2] === "Frame" ? sequence?.[2].at(-1) : undefined;
    const isInShard = path.includes("PVStateShard");
    if (isInShard && (name === "PVStateValue" || name === "Key")) {
      periods.push([attributes["key"] ?? "", 0]);
    }
    const key = name === "IndexedValue" ? "" : (periods.at(-1)?.[0] ?? "");
    const value = numberOf(attributes["value"]);
    if (isInShard && key.toLowerCase() === "scanlineperiod" && value > 0 && !name.startsWith("Subindexed")) {
      if (frame !== undefined) {
        frame[0] ||= value;
      }
    } else if (!isInShard && name === "Sequence" && path.length === 1) {
      sequences.push([attributes["type"] ?? "", "", []]);
    } else if (!isInShard && name === "Frame" && path.length === 2) {
      sequence?.[2].push([0, []]);
    } else if (!isInShard && name === "File" && path[2] === "Frame" && attributes["filename"]) {
      frame?.[1].push(attributes["filename"].split(/[\\/]/).at(-1) ?? "");
    } else if (!isInShard && name === "PVLinescanDefinition" && path.length === 2 && sequence) {
      sequence[1] ||= attributes["mode"] ?? "";
    }
    if (!tag.endsWith("/")) {
      path.push(name);
    }
  }
  return sequences;
}

/** The text between `<` and the `>` that is in no quotes, and where it ends. */
function tagAt(text: string, start: number): readonly [tag: string, next: number] {
  let quote = "";
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? "";
    if (quote === "" && character === ">") {
      return [text.slice(start + 1, at), at];
    }
    if (quote === "" ? character === '"' || character === "'" : character === quote) {
      quote = quote === "" ? character : "";
    }
  }
  throw new Error("a tag without an end");
}

function partsOf(tag: string): readonly [name: string, attributes: Readonly<Record<string, string>>] {
  const name = tag.match(/^[^\s/]+/)?.[0] ?? "";
  const attributes: Record<string, string> = {};
  let rest = tag.slice(name.length);
  for (let equals = rest.indexOf("="); equals >= 0; equals = rest.indexOf("=")) {
    const key = rest.slice(0, equals).trim();
    const after = rest.slice(equals + 1).trimStart();
    const end = after.indexOf(after[0] ?? '"', 1);
    attributes[key] = unescaped(after.slice(1, end));
    rest = after.slice(end + 1);
  }
  return [name, attributes];
}

function unescaped(text: string): string {
  return text
    .replaceAll(/[\t\n\r]/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll(/&#x([\da-fA-F]+);/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll("&amp;", "&");
}

function numberOf(text = ""): number {
  const value = Number(text.trim());
  return /^[-+.\d][-+.\deE]*$/.test(text.trim()) && !Number.isNaN(value) && Number.isFinite(value)
    ? value
    : 0;
}

function decode(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  const text =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? new TextDecoder("utf-16le").decode(buffer)
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? new TextDecoder("utf-16be").decode(buffer)
        : buffer.toString("utf8");
  return (text.startsWith("\u{feff}") ? text.slice(1) : text).replaceAll("\r\n", "\n").replaceAll("\r", "\n");
}
