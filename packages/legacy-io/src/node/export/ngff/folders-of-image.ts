// Finds the folders of a machine that the files of one image name, besides those that the whole dataset is known to come from.

import { ARTIFACTS, isKymSchemaError, parseProvenance } from "@kym/kym-schema";
import { isZarrStoreError, type ZarrImageRecord } from "@kym/zarr-store";
import { getMember, type JsonNode } from "@kym/zarr-store/json";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { isLegacyIoError } from "../../../errors.ts";
import { folderOfSource } from "../../../export/path-redaction.ts";
import { attachmentName } from "../../../folder/attachment-name.ts";
import { parseLegacyJson } from "../../../formats/json/legacy-json.ts";

const ABSOLUTE = /^(?:[\\/]|[A-Za-z]:[\\/])/;
/** The document of a store of acqstore, kept as an attachment: it has the path of the TIFF on the machine that wrote it. */
const STORE_NODE: string = attachmentName(ZARR_NODE_NAME);

/**
 * Lists the folders.
 *
 * @param known folders whose paths are made relative already
 * @param relPath where the image came from, relative to the folder that was ingested
 */
export async function foldersOfImage(
  record: ZarrImageRecord,
  known: readonly string[],
  relPath: string | undefined,
): Promise<readonly string[]> {
  const isKnown = (path: string): boolean =>
    known.some(
      (folder) => path === folder || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`),
    );
  const named = [...(await pathsOfProvenance(record)), ...(await pathsOfStore(record))];
  return named
    .filter((path) => ABSOLUTE.test(path) && !isKnown(path))
    .map((path) => folderOfSource(path, relPath));
}

async function pathsOfProvenance(record: ZarrImageRecord): Promise<readonly string[]> {
  try {
    const { sourcePrimaryPath, sidecars } = parseProvenance(
      (await record.loadJsonText(ARTIFACTS.provenance)).text,
    );
    return [sourcePrimaryPath, ...sidecars.map(({ path }) => path)];
  } catch (error) {
    if (isZarrStoreError(error, "not_found", "invalid_file") || isKymSchemaError(error, "invalid_file")) {
      return [];
    }
    throw error;
  }
}

async function pathsOfStore(record: ZarrImageRecord): Promise<readonly string[]> {
  if (!(await record.listAttachments()).includes(STORE_NODE)) {
    return [];
  }
  try {
    const node = parseLegacyJson(await record.loadAttachment(STORE_NODE), ZARR_NODE_NAME);
    const pixels = memberOf(memberOf(node, "attributes"), "acqstore_pixels");
    const paths = [memberOf(pixels, "source_path"), memberOf(memberOf(pixels, "header"), "path")];
    return paths.flatMap((path) => (path?.kind === "string" ? [path.value] : []));
  } catch (error) {
    if (isLegacyIoError(error, "invalid_file")) {
      return [];
    }
    throw error;
  }
}

function memberOf(node: JsonNode | undefined, key: string): JsonNode | undefined {
  return node?.kind === "object" ? getMember(node, key) : undefined;
}
