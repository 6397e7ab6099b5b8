import { isZarrStoreError, parseArtifactName } from "@kym/zarr-store";

/**
 * The part of a sidecar's name that stands for an artifact: `velocity_events/params` is written
 * `velocity_events__params`. An underscore next to another one or to a `/` is written `~5F`, so that
 * `artifactOfFileName` gives every artifact name back.
 */
export function fileNameOfArtifact(artifact: string): string {
  let fileName = "";
  for (const [index, character] of [...artifact].entries()) {
    const isBesideMark = isMark(artifact[index - 1]) || isMark(artifact[index + 1]);
    fileName += character === "/" ? "__" : character === "_" && isBesideMark ? "~5F" : character;
  }
  return fileName;
}

/** The artifact that `fileNameOfArtifact` wrote as `fileName`; undefined for a name that it never writes. */
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
