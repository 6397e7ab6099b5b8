// Finds what the files beside the levels of an OME-Zarr image are: acqstore's documents and tables, and the reference image.

import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import type { SidecarFile } from "../../folder/bundle.ts";
import {
  type AcqstoreManifest,
  MANIFEST_DOCUMENT,
  STORED_SIDECAR,
} from "../../formats/acqstore/acqstore-manifest.ts";
import { acqstoreJsonFormat } from "../../formats/sidecars/acqstore-json-format.ts";
import {
  acqstoreDocumentFormat,
  acqstorePeaksFormat,
  acqstoreReferenceFormat,
  acqstoreStoredTableFormat,
  storedTableKey,
  tableOfAnalysis,
} from "../../formats/sidecars/acqstore-stored-formats.ts";
import { totals } from "./read-zarr-image.ts";
import type { ZarrFile } from "./zarr-files.ts";
import { type Place, placeBelow, sidecarOf, type Telling } from "./zarr-place.ts";

/** What a group says of itself, in either version of Zarr. It is kept, because no more than the axes of it is understood. */
const GROUP_DOCUMENTS: readonly string[] = [ZARR_NODE_NAME, ".zattrs"];

/** The files of an image that are not its pixels. What the manifest names and is not there is told. */
export function storedSidecars(
  finding: Telling,
  place: Place,
  listed: readonly ZarrFile[],
  {
    manifest,
    reference,
    sidecar,
  }: {
    readonly manifest: AcqstoreManifest | undefined;
    readonly reference: string;
    readonly sidecar: string | undefined;
  },
): readonly SidecarFile[] {
  const { relPath } = place;
  const byPath = new Map(listed.map((file) => [file.path, file]));
  const kinds = new Map<string, Pick<SidecarFile, "kind" | "artifact">>();
  const claim = (path: string | undefined, what: Pick<SidecarFile, "kind" | "artifact">): void => {
    if (path === undefined) {
      return;
    }
    if (!byPath.has(path)) {
      finding.notes.push({ path: `${relPath}/${path}`, reason: "named by the manifest, and not there" });
    } else if (!kinds.has(path)) {
      kinds.set(path, what);
    }
  };
  const document = manifest?.sidecar ?? sidecar ?? STORED_SIDECAR;
  if (manifest !== undefined || sidecar !== undefined || byPath.has(document)) {
    claim(document, { kind: acqstoreJsonFormat.name });
  }
  for (const { name, channel, roiId, table, peaks } of manifest?.analyses ?? []) {
    const known = tableOfAnalysis(name);
    if (known !== undefined) {
      claim(table, {
        kind: acqstoreStoredTableFormat.name,
        artifact: storedTableKey(known, channel, roiId),
      });
    }
    claim(peaks, { kind: acqstorePeaksFormat.name });
  }
  for (const path of [...GROUP_DOCUMENTS, MANIFEST_DOCUMENT]) {
    if (byPath.has(path)) {
      claim(path, { kind: acqstoreDocumentFormat.name });
    }
  }
  const rest = listed.filter(
    ({ path }) => !kinds.has(path) && path.startsWith("acqstore/") && !path.startsWith(`${reference}/`),
  );
  for (const { path } of rest) {
    kinds.set(path, { kind: "other" });
  }
  const files = [...kinds].flatMap(([path, what]): readonly SidecarFile[] => {
    const file = byPath.get(path);
    return file === undefined ? [] : [sidecarOf(place, file, what)];
  });
  const ofReference = listed.filter(({ path }) => path.startsWith(`${reference}/`));
  if (ofReference.length === 0) {
    if (manifest?.reference !== undefined) {
      finding.notes.push({ path: `${relPath}/${reference}`, reason: "named by the manifest, and not there" });
    }
    return files;
  }
  const below = placeBelow(place, reference);
  return [
    ...files,
    {
      ...{ path: below.path, relPath: below.relPath },
      ...(below.archive && { archive: below.archive }),
      ...totals(ofReference),
      zarr: { without: [] },
      kind: acqstoreReferenceFormat.name,
    },
  ];
}
