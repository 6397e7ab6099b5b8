// Turns an artifact's name into the middle part of a sidecar's file name, and back.

import { parseArtifactName } from "@kym/zarr-store/layout";
import { isZarrStoreError } from "@kym/zarr-store/runtime";

/**
 * Encodes an artifact's name for use in a file name: `velocity_events/params` becomes `velocity_events__params`.
 *
 * An underscore next to another underscore or to a `/` becomes `~5F`. The encoding is therefore unambiguous:
 * `artifactOfFileName` recovers every artifact name.
 */
export function fileNameOfArtifact(artifact: string): string {
  let fileName = "";
  for (const [index, character] of [...artifact].entries()) {
    const isBesideMark = isMark(artifact[index - 1]) || isMark(artifact[index + 1]);
    fileName += character === "/" ? "__" : character === "_" && isBesideMark ? "~5F" : character;
  }
  return fileName;
}

/** Inverts `fileNameOfArtifact`. Returns undefined for a name that `fileNameOfArtifact` never produces. */
export function artifactOfFileName(fileName: string): string | undefined {
  const artifact = fileName.replaceAll("__", "/").replaceAll("~5F", "_");
  return isArtifactName(artifact) && fileNameOfArtifact(artifact) === fileName ? artifact : undefined;
}

function isArtifactName(name: string): boolean {
  try {
    parseArtifactName(name);
    return true;
  } catch (error) {
    if (isZarrStoreError(error, "invalid_name")) {
      return false;
    }
    throw error;
  }
}

function isMark(character: string | undefined): boolean {
  return character === "_" || character === "/";
}
