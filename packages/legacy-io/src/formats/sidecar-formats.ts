/** The built-in formats together with those of a caller, checked. */
import { parseArtifactName } from "@kym/zarr-store";
import { LegacyIoError } from "../errors.ts";
import { ALL_FORMATS } from "./all-formats.ts";
import type { SidecarFormat, SidecarNameRule } from "./sidecar-format.ts";

/** What a role says of files that are not of one format. */
const RESERVED_NAMES: readonly string[] = ["artifact", "other"];
/** Any text that can stand behind a stem, but for folders and letters that have another case. */
const ENDING = /^[^/\\\0\p{Lu}]+$/u;
const FOLDER = /^(?!\.{1,2}$)[^/\\\0]+$/;
const IMAGE_ENDING = /\.tiff?$/;

/**
 * All formats in the order in which a file's name is compared with them: `added` first, then the built-in ones. So an added
 * format may have files that a built-in one would read: `<stem>.heart.json` would otherwise be an artifact.
 * Throws `invalid_argument` for a name or an ending that two of `added` have, a name of a built-in format, a name or an
 * ending that cannot be one; `invalid_name` for an artifact's name that cannot be one.
 *
 * @example
 * const roles = decideFileRoles("day1", ["a.tif", "a_heartrate.csv"], sidecarFormats([heartRate]));
 */
export function sidecarFormats(added: readonly SidecarFormat[] = []): readonly SidecarFormat[] {
  const endings = new Map<string, string>();
  const names = new Set([...RESERVED_NAMES, ...ALL_FORMATS.map(({ name }) => name)]);
  for (const format of added) {
    assertUsable(format);
    if (names.has(format.name)) {
      throw refused(format, "its name is taken", format.name);
    }
    names.add(format.name);
    for (const place of placesOf(format)) {
      const rival = endings.get(place);
      if (rival !== undefined) {
        throw refused(format, `${rival} has the ending ${format.endings.join(", ")} already`, format.endings);
      }
      endings.set(place, format.name);
    }
  }
  return added.length === 0 ? ALL_FORMATS : [...added, ...ALL_FORMATS];
}

/** Formats also come from callers without types. */
function assertUsable(format: SidecarFormat): void {
  const { name, endings, folder, named, artifacts, parse } = format;
  if (typeof name !== "string" || name === "") {
    throw refused(format, "it has no name", name);
  }
  if (!Array.isArray(endings) || !Array.isArray(artifacts) || typeof parse !== "function") {
    throw refused(format, "it has endings, artifacts and parse", Object.keys(format));
  }
  const ending = endings.find((one) => !ENDING.test(one) || IMAGE_ENDING.test(one));
  if (ending !== undefined || endings.length === 0) {
    throw refused(format, "an ending is text in lower case, and not a TIFF's", ending);
  }
  const place = folder?.("*");
  if (place !== undefined && !FOLDER.test(place)) {
    throw refused(format, "its folder is a name, not a path", place);
  }
  if (named !== undefined && (folder !== undefined || endings.some((one) => !one.startsWith(".")))) {
    throw refused(format, "files with an artifact's name stand beside the image and end with a dot", endings);
  }
  for (const artifact of artifacts) {
    parseArtifactName(artifact.name);
  }
}

/** Formats with a place in common would read the same file. */
function placesOf({ endings, folder, named }: SidecarNameRule): readonly string[] {
  return endings.map(
    (ending) => `${folder?.("*") ?? ""}/${named === undefined ? "" : "<artifact>"}${ending}`,
  );
}

function refused({ name }: SidecarFormat, why: string, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_argument", `the sidecar format ${JSON.stringify(name)}: ${why}`, {
    found,
  });
}
