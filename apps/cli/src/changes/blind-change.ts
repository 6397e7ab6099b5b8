// Hides from a scorer what a change tells of a scan.

import { ARTIFACTS } from "@kym/kym-schema";
import { EXPERIMENT_KEYS, METADATA_KEYS } from "@kym/kym-schema/keys";
import { IMAGE_CONFLICTS_TABLE, TABLE_CONFLICTS_TABLE } from "@kym/kym-schema/tables";
import type { CommitRecord } from "@kym/zarr-store";
import { knownArtifacts, knownTable } from "../blind/known-words.ts";
import type { Change } from "./change.ts";
import { CALIBRATION, fieldName } from "./change-words.ts";
import type { LoggedCommit } from "./log-lines.ts";

/** The fields whose values a scorer may see: numbers, yes and no. */
const SHOWN_FIELDS: ReadonlySet<string> = new Set([
  METADATA_KEYS.accepted,
  CALIBRATION,
  EXPERIMENT_KEYS.depth,
  EXPERIMENT_KEYS.branchOrder,
]);
const KNOWN_FIELDS: ReadonlySet<string> = new Set([...SHOWN_FIELDS, ...Object.values(EXPERIMENT_KEYS)]);

/** The change without what anybody may have written: texts, names, notes, ids of rows and fields of other programs. */
export function blindChange(change: Change): Change {
  const { before, after, rows, ...rest } = change;
  const { name } = change;
  switch (change.kind) {
    case "image":
      return change;
    case "attachment":
      return { ...rest, name: "file" };
    case "kept_image":
      return { ...rest, name: "" };
    case "json":
    case "array":
    case "table": {
      const counts = rows && { before: rows.before, after: rows.after };
      return {
        ...rest,
        name: name === ARTIFACTS.openConflicts ? name : (knownArtifacts([name])[0] ?? "another result"),
        ...(counts && { rows: { ...counts, key: null, added: [], deleted: [], changed: [] } }),
      };
    }
    case "pooled_table":
      return { ...rest, name: isKnownTable(name) ? name : "of another program" };
    case "roi":
      return {
        ...rest,
        name: /^\d{1,6}$/.test(name) ? name : "?",
        ...(before !== undefined && { before: blindRoi(before) }),
        ...(after !== undefined && { after: blindRoi(after) }),
      };
    case "field": {
      const field = fieldName(name);
      return SHOWN_FIELDS.has(field)
        ? change
        : { ...rest, name: KNOWN_FIELDS.has(field) ? name : "another field" };
    }
    default:
      return change.kind satisfies never;
  }
}

/** The commit without texts that tell what a scan is: messages are of any program, and details name places. */
export function blindCommit(commit: LoggedCommit): LoggedCommit {
  const { details: _, message, writer, ...record } = commit.record;
  const [cause = ""] =
    /^(?:adopt|analyze|index|ingest|migrate|pull|refresh|remember|resolve|restore)\b/.exec(message) ?? [];
  return {
    ...commit,
    record: { ...record, message: cause, writer } satisfies CommitRecord,
    changes: commit.changes.map(blindChange),
  };
}

function isKnownTable(name: string): boolean {
  return (
    knownTable(name.replace(/_runs$/, "")) ||
    name === "sources" ||
    name === IMAGE_CONFLICTS_TABLE ||
    name === TABLE_CONFLICTS_TABLE
  );
}

const ROI_TYPES: ReadonlySet<unknown> = new Set(["rect", "mask", "line", "polyline", "polygon", "point"]);

/** Where a stored ROI lies, without what a person or another program wrote on it. */
function blindRoi(stored: unknown): unknown {
  const { roi_id, roi_type, channel, z, data } = Object(stored) as Readonly<Record<string, unknown>>;
  return {
    ...numbersIn({ roi_id, channel, z, data }),
    ...(ROI_TYPES.has(roi_type) && { roi_type }),
    version: "1.0",
  };
}

/** The value without its texts. */
function numbersIn(value: object): object {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]): readonly (readonly [string, unknown])[] => {
      if (typeof member === "number" || typeof member === "bigint") {
        return [[key, member]];
      }
      if (Array.isArray(member)) {
        return [
          [key, member.map((one) => (Array.isArray(one) ? one.filter(isNumber) : one)).filter(isNumbers)],
        ];
      }
      return typeof member === "object" && member !== null ? [[key, numbersIn(member)]] : [];
    }),
  );
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

function isNumbers(value: unknown): boolean {
  return isNumber(value) || Array.isArray(value);
}
