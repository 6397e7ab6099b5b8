// Collects what a study tells of its scans, so that a test can search the bytes of a blind output for it.
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { strFromU8, unzipSync } from "fflate";
import { kymJson } from "../support/kym.ts";

/** Words that kym itself writes, which stand in cells of text as well. */
const HARMLESS =
  /^(olympus|imagej|noted|classic|tifffile|mm_header|current|unknown|fresh|stale|not_analysed)$/;
const OWN_COLUMNS = /^(dtype|axes|shape|artifacts|analyses|analysis_state.*|staleness_.*|stale_tables)$/;
/** A shorter word stands in other words by chance. */
const LEAST = 4;

/** Every form of a moment, as people, files and programs write it. */
export function formsOfTime(iso: string): readonly string[] {
  const [, year = "", month = "", day = "", hour, minute, second] =
    /^(\d{4})-?(\d\d)-?(\d\d)(?:[T ](\d\d):(\d\d):(\d\d))?/.exec(iso) ?? [];
  const [m, d] = [String(Number(month)), String(Number(day))];
  const days = ["-", "/", ".", "", "_", ":"].flatMap((gap) => [
    [year, month, day].join(gap),
    [day, month, year].join(gap),
    [month, day, year].join(gap),
  ]);
  const short = [`${m}/${d}/${year}`, `${d}.${m}.${year}`, `${d}. ${m}. ${year}`];
  const time = hour === undefined ? [] : [`${hour}:${minute}:${second}`, `${hour}:${minute}`];
  const epochS =
    Date.parse(`${year}-${month}-${day}T${hour ?? "00"}:${minute ?? "00"}:${second ?? "00"}Z`) / 1000;
  return [...days, ...short, ...time, String(epochS)].filter((form) => form.length >= LEAST);
}

/** What the study says when it is open: names, paths and their parts, dates, conditions, notes, hashes, times of ingest. */
export async function tellingWords(cwd: string, dataset: string): Promise<readonly string[]> {
  const words = new Set<string>([dataset, dataset.replace(/\.zarr$/, ""), cwd]);
  const add = (column: string, value: unknown): void => {
    const text = typeof value === "string" || typeof value === "bigint" ? String(value) : "";
    if (OWN_COLUMNS.test(column) || HARMLESS.test(text)) {
      return;
    }
    words.add(text);
    if (/path|file|folder/.test(column)) {
      for (const part of text.split(/[/\\]/).flatMap((one) => [one, one.replace(/\.[^.]+$/, "")])) {
        for (const piece of [part, ...part.split(/[_ ]/)]) {
          if (piece.length > LEAST) {
            words.add(piece);
          }
        }
      }
    }
    if (/^\d{4}-?\d\d-?\d\d/.test(text)) {
      for (const form of formsOfTime(text)) {
        words.add(form);
      }
    }
  };
  const { data: images } = await kymJson(["ls", dataset], { cwd });
  const { data: sources } = await kymJson(["query", dataset, "from sources"], { cwd });
  for (const row of [...images, ...(Array.isArray(sources) ? sources : [])]) {
    for (const [column, value] of Object.entries(row)) {
      add(column, /_ns$/.test(column) ? String(value) : value);
    }
  }
  for (const { image_id: id } of images) {
    const { data } = await kymJson(["show", dataset, id], { cwd });
    for (const { name, note } of data?.rois ?? []) {
      add("roi", name);
      add("roi", note);
    }
    for (const attachment of data?.artifacts.attachments ?? []) {
      add("file", attachment);
    }
  }
  return [...words].filter((word) => word.length >= LEAST);
}

/** Those of the words that stand in the bytes, in any case, also inside pictures and with the escapes of markup and JSON. */
export function found(words: readonly string[], bytes: Uint8Array): readonly string[] {
  const texts = textsIn(bytes).map((text) => text.toLowerCase());
  return words.filter((word) =>
    [word, markup(word), JSON.stringify(word).slice(1, -1), encodeURIComponent(word)].some((form) =>
      texts.some((text) => text.includes(form.toLowerCase())),
    ),
  );
}

function markup(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** The bytes as text, and what is packed in them: pictures inside an SVG or a page, and the parts of a workbook. */
function textsIn(bytes: Uint8Array): readonly string[] {
  const whole = Buffer.from(bytes);
  const kind = whole.subarray(0, 4).toString("latin1");
  if (kind.endsWith("PNG")) {
    return chunksOf(whole);
  }
  if (kind.startsWith("PK")) {
    return Object.entries(unzipSync(bytes)).flatMap(([name, part]) => [name, strFromU8(part)]);
  }
  // Letters of packed bytes spell short words by chance.
  const packed = /base64,([A-Za-z0-9+/=]{20,})/g;
  const inside = [...whole.toString("latin1").matchAll(packed)].flatMap(([, one = ""]) =>
    textsIn(Buffer.from(one, "base64")),
  );
  const deflated = [...whole.toString("latin1").matchAll(/[A-Za-z0-9+/]{60,}={0,2}/g)].flatMap(([one]) =>
    unpacked(Buffer.from(one, "base64")),
  );
  return [
    ...deflated,
    whole.toString("utf8").replace(packed, "base64,"),
    whole.toString("utf16le"),
    ...inside,
  ];
}

/** What a page packs; nothing for other bytes. */
function unpacked(bytes: Buffer): readonly string[] {
  return [inflateRawSync, inflateSync, gunzipSync].flatMap((unpack) => {
    try {
      return [unpack(bytes).toString("latin1")];
    } catch {
      return [];
    }
  });
}

/** The names of the chunks of a PNG. Those that hold text are named otherwise than these: IHDR, IDAT, IEND. */
export function chunkNames(png: Uint8Array): readonly string[] {
  const names: string[] = [];
  const bytes = Buffer.from(png);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    names.push(bytes.subarray(at + 4, at + 8).toString("latin1"));
  }
  return names;
}

function chunksOf(png: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let at = 8; at + 8 <= png.length; at += 12 + png.readUInt32BE(at)) {
    const name = png.subarray(at + 4, at + 8).toString("latin1");
    const body = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (name !== "IDAT") {
      texts.push(`${name} ${body.toString("latin1")}`);
    }
  }
  return texts;
}
