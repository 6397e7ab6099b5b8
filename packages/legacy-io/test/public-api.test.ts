import { expect, test } from "vitest";
import * as root from "../src/index.ts";
import * as node from "../src/node/index.ts";

test("the values that the root entry exports are these", () => {
  expect(Object.keys(root).toSorted()).toMatchInlineSnapshot(`
    [
      "DEFAULT_TIFF_LIMITS",
      "EXPORT_MANIFEST",
      "LEGACY_EVENT_COLUMNS",
      "LEGACY_TRACE_COLUMNS",
      "LegacyIoError",
      "artifactOfFileName",
      "attachmentName",
      "bundleFiles",
      "bytesSource",
      "canWriteImageJTiff",
      "contentOfBundle",
      "decideFileRoles",
      "decideRefresh",
      "decodeExportManifest",
      "decodeLegacyText",
      "describeTiff",
      "fileNameOfArtifact",
      "fileNameOfAttachment",
      "filesToHash",
      "imageStem",
      "isLegacyIoError",
      "legacyEventId",
      "namePattern",
      "parseClassicJson",
      "parseFlowAnalysis",
      "parseVelocityTrace",
      "placesToProbe",
      "planExport",
      "planIngest",
      "readNpy",
      "readOlympusHeader",
      "readTiff",
      "readTiffRegion",
      "reportOfPlan",
      "sidecarFormats",
      "velocityEventsTable",
      "writeImageJTiff",
      "writeNpy",
    ]
  `);
});

test("the values that the node entry exports are these", () => {
  expect(Object.keys(node).toSorted()).toMatchInlineSnapshot(`
    [
      "SidecarArtifactStore",
      "TiffPixelStore",
      "exportLegacyFolder",
      "ingestLegacyFile",
      "ingestLegacyFolder",
      "nodeTiffCodecs",
      "openFileSource",
      "openFolder",
      "openTiff",
      "previewExport",
      "refreshFromFolder",
      "scanFolder",
      "storesForPath",
    ]
  `);
});
