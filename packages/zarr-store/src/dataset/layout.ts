import {
  type ArtifactName,
  type ImageId,
  parseArtifactName,
  parseAttachmentName,
  parseImageId,
  parseTableName,
  type TableName,
} from "../artifact/artifact-name.ts";
import { isZarrStoreError } from "../errors.ts";
import { joinKey, type StoreKey } from "../store/store-key.ts";

/** The map between names and paths, one place for both ways: design §3. */

export const ROOT_NODE: StoreKey = joinKey("zarr.json");
export const IMAGES_NODE: StoreKey = joinKey("images/zarr.json");
export const TABLES: StoreKey = joinKey("tables");

export type TabularFormat = "parquet" | "csv.gz";

export function imageGroup(id: ImageId): StoreKey {
  return joinKey("images", id);
}

export function imageNode(id: ImageId): StoreKey {
  return joinKey("images", id, "zarr.json");
}

/** The directory of the pixels' Zarr array. */
export function pixelArray(id: ImageId): StoreKey {
  return joinKey("images", id, "data");
}

export function jsonPath(id: ImageId, name: ArtifactName): StoreKey {
  return joinKey("images", id, "analysis", `${name}.json`);
}

/** How the Python system stored JSON before its ticket 5: read, never written. */
export function legacyJsonPath(id: ImageId, name: ArtifactName): StoreKey {
  return joinKey("images", id, "analysis", `${name}.json.gz`);
}

export function tabularPath(id: ImageId, name: ArtifactName, format: TabularFormat): StoreKey {
  return joinKey("images", id, "analysis", `${name}.${format}`);
}

/** The directory of an array artifact's Zarr array. */
export function artifactArray(id: ImageId, name: ArtifactName): StoreKey {
  return joinKey("images", id, "analysis_arrays", name, "data");
}

/** The groups above an array artifact, outermost first: Zarr v3 has no implicit groups. */
export function artifactGroupNodes(id: ImageId, name: ArtifactName): readonly StoreKey[] {
  const segments = ["analysis_arrays", ...name.split("/")];
  return segments.map((_, index) => joinKey("images", id, ...segments.slice(0, index + 1), "zarr.json"));
}

export function attachmentPath(id: ImageId, name: string): StoreKey {
  return joinKey("images", id, "attachments", parseAttachmentName(name));
}

export function tablePath(name: TableName): StoreKey {
  return joinKey(TABLES, `${name}.parquet`);
}

/** What a path below the root is. */
export type PathMeaning =
  | { readonly kind: "root" | "images" }
  | { readonly kind: "table"; readonly table: TableName }
  | { readonly kind: "record" | "pixels" | "group"; readonly imageId: ImageId }
  | { readonly kind: "json" | "csv.gz" | "parquet"; readonly imageId: ImageId; readonly name: ArtifactName }
  | { readonly kind: "array"; readonly imageId: ImageId; readonly name: ArtifactName }
  | { readonly kind: "attachment"; readonly imageId: ImageId; readonly name: string };

/** The inverse of the functions above; undefined for a path that they never make. */
export function meaningOf(path: string): PathMeaning | undefined {
  try {
    return parsePath(path);
  } catch (error) {
    if (isZarrStoreError(error, "invalid_name")) {
      return undefined;
    }
    throw error;
  }
}

function parsePath(path: string): PathMeaning | undefined {
  if (path === ROOT_NODE) {
    return { kind: "root" };
  }
  if (path === IMAGES_NODE) {
    return { kind: "images" };
  }
  const [top, second, ...rest] = path.split("/");
  if (top === "tables" && second?.endsWith(".parquet") === true && rest.length === 0) {
    return { kind: "table", table: parseTableName(second.slice(0, -".parquet".length)) };
  }
  if (top !== "images" || second === undefined) {
    return undefined;
  }
  return parseRecordPath(parseImageId(second), rest);
}

function parseRecordPath(imageId: ImageId, segments: readonly string[]): PathMeaning | undefined {
  const [folder, ...rest] = segments;
  const tail = rest.join("/");
  switch (folder) {
    case "zarr.json":
      return rest.length === 0 ? { kind: "record", imageId } : undefined;
    case "data":
      return { kind: "pixels", imageId };
    case "attachments":
      return { kind: "attachment", imageId, name: parseAttachmentName(tail) };
    case "analysis_arrays": {
      const data = rest.indexOf("data");
      return data > 0
        ? { kind: "array", imageId, name: parseArtifactName(rest.slice(0, data).join("/")) }
        : { kind: "group", imageId };
    }
    case "analysis":
      for (const ending of ["json", "json.gz", "parquet", "csv.gz"] as const) {
        if (tail.endsWith(`.${ending}`)) {
          const name = parseArtifactName(tail.slice(0, -ending.length - 1));
          return { kind: ending === "json.gz" ? "json" : ending, imageId, name };
        }
      }
      return undefined;
    default:
      return undefined;
  }
}
