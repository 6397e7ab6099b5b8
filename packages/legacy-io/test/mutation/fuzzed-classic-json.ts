import { type JsonNode, plainValue } from "@kym/zarr-store/json";
import { type ClassicJson, parseClassicJson } from "../../src/formats/json/classic-json.ts";
import type { FuzzedParser } from "./fuzz-parsers.ts";

const FLAT = {
  version: "1.0",
  header: {
    shape: [30, 4],
    ndim: 2,
    voxels: [0.001, 0.284],
    labels: ["time (s)", "space (µm)"],
    extra: -1e-7,
  },
  rois: [{ id: 1, dim0_start: 0, dim0_stop: 3, dim1_start: 0, dim1_stop: 4 }],
  accepted: false,
};
const ENVELOPE = {
  experiment_metadata: {
    species: "mouse \u00e9\n",
    depth: null,
    note: 'say "hi"\\',
    nested: [[], {}, [1, 2.5]],
  },
  rois: [],
  big: 12345678901234567000,
};

/** `parseClassicJson` against `JSON.parse`. */
export const FUZZED_CLASSIC_JSON: FuzzedParser<ClassicJson> = {
  name: "classic JSON",
  sounds: [FLAT, ENVELOPE].flatMap((value) => [
    new TextEncoder().encode(JSON.stringify(value)),
    new TextEncoder().encode(`\u{feff}${JSON.stringify(value, null, 1)}`),
  ]),
  read: parseClassicJson,
  disagreement: (classic, bytes) => {
    const truth: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const members = new Map(Object.entries(Object(truth)));
    const header = Object(members.get("header"));
    const checks: Readonly<Record<string, readonly [unknown, unknown]>> = {
      document: [numbersFrom(classic.document), truth],
      version: [classic.version, members.get("version") ?? undefined],
      accepted: [classic.accepted, members.get("accepted") ?? undefined],
      rois: [classic.rois.length + classic.rejectedRois.length, Object(members.get("rois")).length ?? 0],
    };
    for (const [name, [found, expected]] of Object.entries(checks)) {
      if (!isSame(found, expected)) {
        return `${name}: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`;
      }
    }
    for (const [field, key] of HEADER_FIELDS) {
      const found = classic.header?.[field];
      if (found !== undefined && !isSame(found, header[key])) {
        return `header ${key}: ${JSON.stringify(found)}, not ${JSON.stringify(header[key])}`;
      }
    }
    return undefined;
  },
};

const HEADER_FIELDS = [
  ["shape", "shape"],
  ["ndim", "ndim"],
  ["voxels", "voxels"],
  ["labels", "labels"],
  ["voxelsUnits", "voxels_units"],
  ["physicalSize", "physical_size"],
  ["dateStr", "date_str"],
  ["timeStr", "time_str"],
] as const;

/** A document as `JSON.parse` gives it: every number a double. */
export function numbersFrom(node: JsonNode): unknown {
  switch (node.kind) {
    case "number":
      return Number(node.text);
    case "array":
      return node.items.map(numbersFrom);
    case "object":
      return Object.fromEntries([...node.members].map(([key, value]) => [key, numbersFrom(value)]));
    default:
      return plainValue(node);
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return Object.is(a, b);
  }
  const [left, right] = [Object.entries(a), new Map(Object.entries(b))];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)))
  );
}
