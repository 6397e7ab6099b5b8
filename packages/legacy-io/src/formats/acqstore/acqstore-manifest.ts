// Reads acqstore's manifest of one stored image: which files belong to which analysis.

import { COLUMNS } from "@kym/kym-schema";
import type { JsonNode } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import {
  integerMember,
  membersOf,
  parseLegacyJson,
  presentMember,
  textMember,
  unexpectedNode,
} from "../json/legacy-json.ts";
import { printableName } from "../rois/printable-name.ts";
import { assertFormat } from "./acqstore-collection.ts";
import { addProblems, type Problems, readPiece } from "./read-piece.ts";
import { safePath } from "./safe-path.ts";

/** The files of one analysis. Paths are relative to the image. */
export interface StoredAnalysis {
  readonly name: string;
  /** From 0, as acqstore counts. */
  readonly channel: number;
  readonly roiId: number;
  readonly table: string | undefined;
  readonly peaks: string | undefined;
}

/** What the manifest of an image says. */
export interface AcqstoreManifest {
  readonly sidecar: string;
  readonly reference: string | undefined;
  readonly analyses: readonly StoredAnalysis[];
  /** Sentences: what could not be read. */
  readonly problems: readonly string[];
}

/** Where the manifest and the sidecar lie in an image. */
export const MANIFEST_DOCUMENT = "acqstore/manifest.json";
export const STORED_SIDECAR = "acqstore/acq_image.json";

const WHAT = "acqstore manifest";
const FORMAT = "acqstore-native-ome-zarr";
const VERSION = 2;
const MOST_ANALYSES = 10_000;
const [MOST_CHANNEL, MOST_ROI_ID] = [998, 999_999_999];

/**
 * Reads the manifest. An analysis that cannot be read, or that is there twice, is a problem.
 * @throws {LegacyIoError} `invalid_file` for anything but a manifest, `not_supported` for another version, `invalid_name` for a
 * sidecar or reference outside of the image
 */
export function readAcqstoreManifest(bytes: Uint8Array): AcqstoreManifest {
  const document = parseLegacyJson(bytes, WHAT);
  assertFormat(document, WHAT, FORMAT, VERSION);
  const problems: string[] = [];
  const pathOf = (key: string): string | undefined => {
    const path = textMember(document, key, WHAT, "$");
    return path === undefined ? undefined : safePath(path, `$.${key}`);
  };
  const group = textMember(document, "image_group", WHAT, "$") ?? ".";
  if (group !== ".") {
    throw new LegacyIoError(
      "not_supported",
      `${WHAT}: expected "." at $.image_group, found ${printableName(group)}`,
      { expected: ".", found: group },
    );
  }
  return {
    sidecar: pathOf("sidecar") ?? STORED_SIDECAR,
    reference: pathOf("reference_image"),
    analyses: analysesOf(presentMember(document, "analyses"), problems),
    problems,
  };
}

function analysesOf(list: JsonNode | undefined, problems: Problems): readonly StoredAnalysis[] {
  if (list === undefined) {
    return [];
  }
  if (list.kind !== "array") {
    problems.push(unexpectedNode(WHAT, "$.analyses", "an array", list).message);
    return [];
  }
  const wrong: string[] = [];
  const known = new Map<string, StoredAnalysis>();
  const files = new Set<string>();
  for (const [index, node] of list.items.slice(0, MOST_ANALYSES).entries()) {
    const place = `$.analyses[${index}]`;
    const read = readPiece(wrong, () => readAnalysis(node, place));
    if (read === undefined) {
      continue;
    }
    const key = `${read.name} ${read.channel} ${read.roiId}`;
    const own = [read.table, read.peaks].flatMap((path) => (path === undefined ? [] : [path]));
    if (known.has(key)) {
      wrong.push(`${place}: ${read.name} of ROI ${read.roiId} and channel ${read.channel} is there already`);
    } else if (own.some((path) => files.has(path)) || new Set(own).size < own.length) {
      wrong.push(`${place}: another analysis has the same file`);
    } else {
      known.set(key, read);
      for (const path of own) {
        files.add(path);
      }
    }
  }
  addProblems(problems, wrong, "analyses");
  if (list.items.length > MOST_ANALYSES) {
    problems.push(`only the first ${MOST_ANALYSES} of ${list.items.length} analyses are taken`);
  }
  return [...known.values()];
}

function readAnalysis(node: JsonNode, place: string): StoredAnalysis {
  membersOf(node, WHAT, place);
  const whole = (key: string, least: number, most: number): number => {
    const value = integerMember(node, key, WHAT, place);
    if (value === undefined || value < least || value > most) {
      throw new LegacyIoError(
        "invalid_file",
        `${WHAT}: expected a whole number from ${least} to ${most} at ${place}.${key}, found ${value ?? "nothing"}`,
        { expected: `${least} to ${most}`, found: value },
      );
    }
    return value;
  };
  const resources = presentMember(node, "resources");
  const pathOf = (key: string): string | undefined => {
    const where = `${place}.resources`;
    const path = resources?.kind === "object" ? textMember(resources, key, WHAT, where) : undefined;
    return path === undefined ? undefined : safePath(path, `${where}.${key}`);
  };
  return {
    name: textMember(node, "analysis_name", WHAT, place) ?? "",
    channel: whole("channel", 0, MOST_CHANNEL),
    roiId: whole(COLUMNS.roiId, 1, MOST_ROI_ID),
    table: pathOf("table"),
    peaks: pathOf("peaks"),
  };
}
