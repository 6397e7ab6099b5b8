// Reads the document of an acqstore collection: which images it holds, and where their files are.

import { type JsonNode, nodeOf } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import {
  membersOf,
  parseLegacyJson,
  presentMember,
  textMember,
  unexpectedNode,
} from "../json/legacy-json.ts";
import { printableName } from "../rois/printable-name.ts";
import { type Problems, readPiece } from "./read-piece.ts";
import { safePath } from "./safe-path.ts";

/** One image of a collection. Paths are relative to the collection. */
export interface CollectedImage {
  readonly id: string;
  readonly imagePath: string;
  readonly sidecarPath: string | undefined;
  readonly manifestPath: string | undefined;
  readonly referencePath: string | undefined;
  /** Where its file was below the folder that acqstore opened; undefined if it does not say. */
  readonly sourcePath: string | undefined;
}

export interface AcqstoreCollection {
  readonly images: readonly CollectedImage[];
  /** Paths of the pooled tables, which are made of the images. */
  readonly tables: readonly string[];
  /** Images that cannot be taken: where in the document, and why. */
  readonly refused: readonly { readonly place: string; readonly reason: string }[];
  /** Sentences: what else could not be read. */
  readonly problems: readonly string[];
}

/** Where the document lies in a collection. */
export const COLLECTION_DOCUMENT = "acqstore/acq_image_collection.json";

const WHAT = "acqstore collection";
const FORMAT = "acqstore-acq-image-collection";
const VERSION = 1;
const MOST_IMAGES = 100_000;

/**
 * Reads the document. An image that cannot be read, or whose id or path is there already, is refused alone.
 * @throws {LegacyIoError} `invalid_file` for anything but such a document, `not_supported` for another version
 */
export function readAcqstoreCollection(bytes: Uint8Array): AcqstoreCollection {
  const document = parseLegacyJson(bytes, WHAT);
  assertFormat(document, WHAT, FORMAT, VERSION);
  const list = presentMember(document, "acq_images") ?? nodeOf(null);
  if (list.kind !== "array") {
    throw unexpectedNode(WHAT, "$.acq_images", "a list of images", list);
  }
  if (list.items.length > MOST_IMAGES) {
    throw new LegacyIoError(
      "not_supported",
      `${WHAT}: expected at most ${MOST_IMAGES} images at $.acq_images, found ${list.items.length}`,
      { expected: MOST_IMAGES, found: list.items.length },
    );
  }
  const problems: string[] = [];
  const images: CollectedImage[] = [];
  const refused: { readonly place: string; readonly reason: string }[] = [];
  const [ids, paths] = [new Set<string>(), new Set<string>()];
  for (const [index, node] of list.items.entries()) {
    const place = `$.acq_images[${index}]`;
    const wrong: string[] = [];
    const image = readPiece(wrong, () => readImage(node, place, problems));
    const twice =
      image === undefined
        ? undefined
        : ids.has(image.id)
          ? `the id ${printableName(image.id)} is there already`
          : paths.has(image.imagePath.toLowerCase())
            ? `the path ${printableName(image.imagePath)} is there already`
            : undefined;
    const [reason = twice] = wrong;
    if (image === undefined || reason !== undefined) {
      refused.push({ place, reason: `${place}: ${reason ?? "it cannot be read"}` });
    } else {
      ids.add(image.id);
      paths.add(image.imagePath.toLowerCase());
      images.push(image);
    }
  }
  return { images, tables: tablesOf(document, problems), refused, problems };
}

function readImage(node: JsonNode, place: string, problems: Problems): CollectedImage {
  membersOf(node, WHAT, place);
  const required = (key: string): string => {
    const text = textMember(node, key, WHAT, place);
    if (text === undefined || text === "") {
      throw new LegacyIoError("invalid_file", `${WHAT}: expected a text at ${place}.${key}, found none`, {});
    }
    return text;
  };
  const pathOf = (key: string): string | undefined => {
    const path = textMember(node, key, WHAT, place);
    return path === undefined ? undefined : safePath(path, `${place}.${key}`);
  };
  const source = presentMember(node, "source");
  const relative = readPiece(problems, () => {
    const text =
      source?.kind === "object" ? textMember(source, "relative_path", WHAT, `${place}.source`) : undefined;
    return text === undefined ? undefined : safePath(text, `${place}.source.relative_path`);
  });
  return {
    id: required("id"),
    imagePath: safePath(required("ome_zarr_path"), `${place}.ome_zarr_path`),
    sidecarPath: pathOf("sidecar_path"),
    manifestPath: pathOf("manifest_path"),
    referencePath: pathOf("reference_image_path"),
    sourcePath: relative,
  };
}

function tablesOf(document: JsonNode, problems: Problems): readonly string[] {
  const tables = presentMember(document, "analysis_tables");
  const members = tables?.kind === "object" ? [...tables.members] : [];
  return members.flatMap(([name, node]) => {
    const where = `$.analysis_tables.${printableName(name)}`;
    const path = readPiece(problems, () => {
      if (node.kind !== "string") {
        throw unexpectedNode(WHAT, where, "a path", node);
      }
      return safePath(node.value, where);
    });
    return path === undefined ? [] : [path];
  });
}

/** Checks what kind of document it is. Throws as {@link readAcqstoreCollection}. */
export function assertFormat(document: JsonNode, what: string, format: string, version: number): void {
  const found = textMember(document, "format", what, "$");
  if (found !== format) {
    throw new LegacyIoError(
      "invalid_file",
      `${what}: expected the format ${format}, found ${printableName(found ?? "none")}`,
      { expected: format, found },
    );
  }
  const node = presentMember(document, "version");
  const number = node?.kind === "number" ? node.text : (node?.kind ?? "none");
  if (node?.kind !== "number" || Number(node.text) !== version) {
    throw new LegacyIoError(
      "not_supported",
      `${what}: expected version ${version}, found ${printableName(number)}`,
      { expected: version, found: number },
    );
  }
}
