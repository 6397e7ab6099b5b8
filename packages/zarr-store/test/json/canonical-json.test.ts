import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson } from "../../src/json/canonical-json.ts";
import { compareCodePoints } from "../../src/json/compare-code-points.ts";
import {
  getMember,
  jsonText,
  nodeOf,
  parseLossless,
  plainValue,
  serializeLossless,
} from "../../src/json/lossless-json.ts";
import { jsonSource, plainJson, unicodeText } from "./json-arbitraries.ts";

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

describe("canonicalJson", () => {
  test.each([
    ["{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"],
    ['{"threshold":0.2,"window":5}', "bdb824b54cfee56b70607dcd07a368810cc20340c374fdc41b0f4c02951a46bb"],
    ['{"a":1.0}', "c29a44abc114a1d75486434c013102c9e736f526b4fd19658d9492b7b224de6d"],
    ['{"a":1}', "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"],
    ['{"a":1e-07}', "e1403651919bd61fa087dcab8309b8fb903f2e3146e97bb449f167d227027fc5"],
    ['{"a":"é"}', "b3a092a6af48807fa9482b2ee140105575daa26d5b24b3c0e60a7e2dee6683b1"],
    ['{"ns":1771700000123456789}', "76cd38cc1274d47dcb444e8d84d24b226b9f20a6aa19687fe0f2e8bcdff7d325"],
    ['{"params":{},"rois":[]}', "c0ae19c7766913b594026b000a5bd8be8030dc8ceab032efe1318332cf900b2e"],
    ['{"\ufffd":2,"\u{1f600}":1}', "9fbfff35f05fb9c72de19e392d0a1b848acb4d6c42489709d709982d10dd883c"],
  ])("gives %s, whose hash the Python system wrote down", (text, hash) => {
    expect(canonicalJson(jsonText(text))).toBe(text);
    expect(sha256(canonicalJson(parseLossless(text)))).toBe(hash);
  });

  test.each([
    ["-0", "0"],
    ["-0.0", "-0.0"],
    ["0e0", "0.0"],
    ["1E-7", "1e-07"],
    ["1.10", "1.1"],
    ["1e-4", "0.0001"],
    ["0.00001", "1e-05"],
    ["1e15", "1000000000000000.0"],
    ["1e16", "1e+16"],
    ["123456789012345678.0", "1.2345678901234568e+17"],
    ["1.7976931348623157e308", "1.7976931348623157e+308"],
    ["5e-324", "5e-324"],
    ["100000000000000000000000000000000000001", "100000000000000000000000000000000000001"],
  ])("writes %s as Python writes it, %s", (text, expected) => {
    expect(canonicalJson(jsonText(text))).toBe(expected);
  });

  test("escapes strings as Python does without ensure_ascii", () => {
    expect(canonicalJson('"\\\n\r\t\b\f\u0000\u001f\u007f\u2028/é😀')).toBe(
      '"\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f\u007f\u2028/é😀"',
    );
  });

  test("takes a safe integer for an int and every other number for a float, in plain values", () => {
    expect(canonicalJson({ b: 1, a: 1.5, c: 2n ** 64n, d: -0, e: 1e17 })).toBe(
      '{"a":1.5,"b":1,"c":18446744073709551616,"d":-0.0,"e":1e+17}',
    );
  });

  test("is the same for a plain value and for the text that is saved of it", () => {
    fc.assert(
      fc.property(plainJson, (value) => {
        expect(canonicalJson(jsonText(serializeLossless(value)))).toBe(canonicalJson(value));
      }),
    );
  });

  test("is canonical: unchanged by itself, by spaces and by the order of keys", () => {
    fc.assert(
      fc.property(jsonSource, (source) => {
        fc.pre(!overflows(source));
        const canonical = canonicalJson(jsonText(source));
        expect(canonicalJson(jsonText(canonical))).toBe(canonical);
        expect(canonicalJson(reversed(plainValue(parseLossless(canonical))))).toBe(
          canonicalJson(plainValue(parseLossless(canonical))),
        );
      }),
    );
  });

  test("refuses NaN, infinities and undefined, with their paths", () => {
    const legacy = jsonText('{"a": {"b": NaN}}', { allowNonFinite: true });
    expect(() => canonicalJson(legacy)).toThrow(
      "cannot be JSON at $.a.b: expected a finite number, found NaN",
    );
    expect(() => canonicalJson(jsonText("[1, 1e400]"))).toThrow(
      "at $[1]: expected a finite number, found 1e400",
    );
    expect(() => canonicalJson({ a: undefined })).toThrow("at $.a: expected a JSON value, found undefined");
    expect(() => canonicalJson({ a: Number.POSITIVE_INFINITY })).toThrow("found Infinity");
  });

  test("hashes data that looks like a node as data", () => {
    expect(canonicalJson({ kind: "null" })).toBe('{"kind":"null"}');
  });
});

describe("compareCodePoints", () => {
  test("orders as the code points of the strings", () => {
    const points = (text: string): readonly number[] =>
      Array.from(text, (character) => character.codePointAt(0) ?? 0);
    fc.assert(
      fc.property(unicodeText, unicodeText, (a, b) => {
        const [left, right] = [points(a), points(b)];
        const at = left.findIndex((point, index) => point !== right[index]);
        const expected = at < 0 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
        expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(expected));
      }),
    );
  });
});

const python = spawnSync("python3", ["--version"]).status === 0;
if (!python) {
  const message = "canonicalJson is not compared with Python: there is no python3";
  if (process.env["CI"]) {
    throw new Error(message);
  }
  console.warn(message);
}

describe.skipIf(!python)("canonicalJson beside a real Python", () => {
  const oracle = `
import json, sys
sys.stdin.reconfigure(encoding="utf-8"); sys.stdout.reconfigure(encoding="utf-8")
for line in sys.stdin:
    value = json.loads(json.loads(line))
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = None
    print(json.dumps(text))
`;

  test("equals json.dumps for 6000 texts of all spellings, and refuses what it refuses", {
    timeout: 120_000,
  }, () => {
    const texts = fc.sample(jsonSource, 6000);
    const run = spawnSync("python3", ["-I", "-S", "-c", oracle], {
      input: texts.map((text) => `${escapeToAscii(JSON.stringify(text))}\n`).join(""),
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    expect(run.stderr).toBe("");
    const expected = run.stdout
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(expected).toHaveLength(texts.length);
    for (const [index, text] of texts.entries()) {
      let found: string | null = null;
      try {
        found = canonicalJson(jsonText(text));
      } catch (error) {
        expect(error).toMatchObject({ code: "invalid_argument" });
      }
      expect({ text, canonical: found }).toEqual({ text, canonical: expected[index] });
    }
  });
});

const pythonDataset = new URL("../../../../../shared/data/python_v1/", import.meta.url).pathname;
const hasDataset = existsSync(pythonDataset);
if (!hasDataset) {
  const message = `canonicalJson is not compared with the Python dataset: ${pythonDataset} is absent`;
  if (process.env["CI"]) {
    throw new Error(message);
  }
  console.warn(message);
}

describe.skipIf(!hasDataset)("canonicalJson of the dataset that the Python system wrote", () => {
  const read = (path: string): string | undefined => {
    const file = join(pythonDataset, path);
    if (existsSync(file)) {
      return readFileSync(file, "utf8");
    }
    return existsSync(`${file}.gz`) ? gunzipSync(readFileSync(`${file}.gz`)).toString("utf8") : undefined;
  };

  test("has the hashes of its tables, for both kinds of parameters of all five images", () => {
    const { hashes } = JSON.parse(read("truth.json") ?? "{}") as {
      hashes: Record<string, Readonly<Record<"velocity_events" | "radon", string>>>;
    };
    const stored = { velocity_events: 0, radon: 0 };
    for (const [id, expected] of Object.entries(hashes)) {
      const analysis = `dataset.zarr/images/${id}/analysis`;
      const events = read(`${analysis}/velocity_events/params.json`);
      expect(sha256(canonicalJson(jsonText(events ?? "{}")))).toBe(expected.velocity_events);
      const radon = read(`${analysis}/radon/params.json`);
      const combined = { params: jsonText(radon ?? "{}"), rois: roisOf(read(`${analysis}/metadata.json`)) };
      expect(sha256(canonicalJson(combined))).toBe(expected.radon);
      stored.velocity_events += events === undefined ? 0 : 1;
      stored.radon += radon === undefined ? 0 : 1;
    }
    expect(Object.keys(hashes)).toHaveLength(5);
    expect(stored).toEqual({ velocity_events: 2, radon: 1 });
  });

  /** One image has a metadata file that is not JSON. */
  function roisOf(metadata: string | undefined): unknown {
    try {
      return getMember(parseLossless(metadata ?? "{}"), "rois") ?? nodeOf([]);
    } catch {
      return [];
    }
  }
});

function overflows(source: string): boolean {
  let found = false;
  JSON.parse(source, (_, value: unknown) => {
    found ||= value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY;
  });
  return found;
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(reversed);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

/** So that no line break of Unicode splits a line for Python. */
function escapeToAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
