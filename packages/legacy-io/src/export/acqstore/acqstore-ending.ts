// Recognises the files that acqstore writes beside a TIFF, by their names alone.

import { isLegacyIoError } from "../../errors.ts";
import { fileNameOfAttachment } from "../../folder/attachment-name.ts";

/** What follows the name of the TIFF: its JSON, and a table for each analysis. */
const ENDING = /^\.(json|[a-z][a-z0-9_]{0,63}\.csv)$/i;

/** Returns what follows the TIFF's name in the name of an attachment, such as `.json`; undefined if it is not a file of acqstore's. */
export function acqstoreEnding(tiff: string, attachment: string): string | undefined {
  try {
    const fileName = fileNameOfAttachment(attachment);
    const rest = fileName.startsWith(tiff) ? fileName.slice(tiff.length) : "";
    return ENDING.test(rest) ? rest : undefined;
  } catch (error) {
    if (isLegacyIoError(error, "invalid_name")) {
      return undefined;
    }
    throw error;
  }
}
