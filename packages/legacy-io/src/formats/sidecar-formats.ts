// Puts a caller's formats before the built-in ones, after checking them.

import { parseArtifactName } from "@kym/zarr-store/layout";
import { LegacyIoError } from "../errors.ts";
import { TIFF_READER } from "../tiff/tiff-reader.ts";
import { ALL_FORMATS } from "./all-formats.ts";
import type { SidecarFormat, SidecarNameRule } from "./sidecar-format.ts";
import { STORED_FORMATS } from "./sidecars/acqstore-stored-formats.ts";

/** Names that mean something else where a format's name is expected. */
const RESERVED_NAMES: readonly string[] = ["artifact", "other", "picture", TIFF_READER.name];
/** Text that can follow a stem: without a folder separator or an upper-case letter. */
const ENDING = /^[^/\\\0\p{Lu}]+$/u;
const FOLDER = /^(?!\.{1,2}$)[^/\\\0]+$/;
const MAX_VERSION = 1_000_000;
const IMAGE_ENDING = /\.tiff?$/;

/**
 * Lists all formats in the order in which a file's name is compared with them: `added` first, then the built-in ones. An added
 * format can thus claim files that a built-in one would read, such as `<stem>.heart.json`.
 * @throws {LegacyIoError} `invalid_argument` if two of `added` share a name or an ending, or if a name is that of a built-in
 * format. So does a name or an ending that is not valid.
 * @throws {ZarrStoreError} `invalid_name` for an artifact's name that is not valid
 *
 * @example
 * const roles = decideFileRoles("day1", ["a.tif", "a_heartrate.csv"], sidecarFormats([heartRate]));
 */
export function sidecarFormats(added: readonly SidecarFormat[] = []): readonly SidecarFormat[] {
  const endings = new Map<string, string>();
  const names = new Set([...RESERVED_NAMES, ...[...ALL_FORMATS, ...STORED_FORMATS].map(({ name }) => name)]);
  for (const format of added) {
    assertUsable(format);
    if (names.has(format.name)) {
      throw refused(format, "its name is already in use", format.name);
    }
    names.add(format.name);
    for (const place of placesOf(format)) {
      const rival = endings.get(place);
      if (rival !== undefined) {
        throw refused(
          format,
          `its ending ${format.endings.join(", ")} is already that of ${rival}`,
          format.endings,
        );
      }
      endings.set(place, format.name);
    }
  }
  return added.length === 0 ? ALL_FORMATS : [...added, ...ALL_FORMATS];
}

/** Checks at run time too, because a caller may use plain JavaScript. */
function assertUsable(format: SidecarFormat): void {
  const { name, endings, folder, named, artifacts, parse, version = 1 } = format;
  if (typeof name !== "string" || name === "") {
    throw refused(format, "it has no name", name);
  }
  if (!Array.isArray(endings) || !Array.isArray(artifacts) || typeof parse !== "function") {
    throw refused(format, "it needs endings, artifacts and parse", Object.keys(format));
  }
  if (!Number.isInteger(version) || version < 1 || version > MAX_VERSION) {
    throw refused(format, `its version must be a whole number from 1 to ${MAX_VERSION}`, version);
  }
  const ending = endings.find((one) => !ENDING.test(one) || IMAGE_ENDING.test(one));
  if (ending !== undefined || endings.length === 0) {
    throw refused(format, "an ending must be lower-case text, and not .tif or .tiff", ending);
  }
  const place = folder?.("*");
  if (place !== undefined && !FOLDER.test(place)) {
    throw refused(format, "its folder must be a name, not a path", place);
  }
  if (named !== undefined && (folder !== undefined || endings.some((one) => !one.startsWith(".")))) {
    throw refused(format, "a named format has no folder, and its endings begin with a dot", endings);
  }
  for (const artifact of artifacts) {
    parseArtifactName(artifact.name);
  }
}

/** The places of a format's files. Two formats with a common place would read the same file. */
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
