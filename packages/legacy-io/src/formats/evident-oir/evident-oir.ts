// The format of Olympus and Evident FluoView: `.oir`, with further pixels in `<base>_00001` and so on.

import { itemSizeBytes } from "@kym/zarr-store/array";
import { LegacyIoError } from "../../errors.ts";
import type { Recording, RecordingFiles, RecordingFormat, RecordingLimits } from "../recording-format.ts";
import { knownFacts } from "./known-facts.ts";
import { type OirFacts, oirFacts } from "./oir-facts.ts";
import { isCompanion, type OirFileSet, openOirFiles } from "./oir-files.ts";
import { groupBlocks, isLineScan, linesHeld, type OirPlanes } from "./oir-planes.ts";
import { oirReference } from "./oir-reference.ts";
import { oirDType } from "./oir-samples.ts";
import { oirScan } from "./oir-scan.ts";

/** Reads line scans of FluoView's OIR. docs/formats.md#evident-oir says what is read and where that is known from. */
export const evidentOirFormat: RecordingFormat = {
  name: "evident_oir",
  endings: [".oir"],
  version: 1,
  companionsOf: (fileName, paths) => paths.filter((path) => isCompanion(fileName, path)),
  open: openOir,
};

async function openOir(files: RecordingFiles, limits: RecordingLimits): Promise<Recording> {
  const { fileName, signal } = files;
  const set = await openOirFiles(files, limits);
  const [main] = set.files;
  if (main === undefined) {
    throw new LegacyIoError("invalid_file", `${fileName} has no content`, { path: fileName });
  }
  const facts = await oirFacts(main.layout, fileName);
  const { scans: groups, reference: referenceBlocks, warnings } = groupBlocks(set);
  if (groups.length === 0) {
    const notScans =
      referenceBlocks.size > 0 ? ["a reference image without a scan"] : ["a file without pixels"];
    return { scans: [], notScans, warnings: [...set.warnings, ...warnings] };
  }
  if (facts.width === 0) {
    throw new LegacyIoError("invalid_file", `${fileName} does not say how wide its lines are`, {
      path: fileName,
      expected: "width in the frame properties",
    });
  }
  const lineBytes = facts.width * itemSizeBytes(oirDType(facts.bytesPerSample, fileName));
  const reference = oirReference(referenceBlocks, facts, fileName, signal);
  const isScan = (planes: OirPlanes): boolean => isLineScan(planes, facts, linesHeld(planes, lineBytes));
  const scans = groups.filter(isScan).map((planes) =>
    oirScan({
      planes,
      facts,
      set,
      limits,
      name: groups.length === 1 ? "" : placeName(planes),
      reference,
      more: moreOf(facts, set),
      signal,
    }),
  );
  return {
    scans: scans.map(({ scan }) => scan),
    notScans: groups.filter((planes) => !isScan(planes)).map((planes) => pictureWords(planes, facts)),
    warnings: [...set.warnings, ...warnings, ...new Set(scans.flatMap((each) => each.warnings))],
  };
}

function placeName({ l, z }: OirPlanes): string {
  return [...(l > 0 ? [`l${l}`] : []), ...(z > 0 ? [`z${z}`] : [])].join("_") || "scan";
}

function pictureWords(planes: OirPlanes, { width, height }: OirFacts): string {
  const place = planes.l > 0 || planes.z > 0 ? ` at ${placeName(planes)}` : "";
  const times = planes.times > 1 ? `${planes.times} times of ` : "";
  return `the frame scan${place} (${times}${height} × ${width})`;
}

/** What the model has no field for. */
function moreOf(facts: OirFacts, { files }: OirFileSet): Readonly<Record<string, unknown>> {
  const { scanner, channels, plan, colorType } = facts;
  const [main] = files;
  return knownFacts({
    writer: main?.layout.writer,
    files: files.map(({ name }) => name),
    frames: files.reduce((sum, { layout }) => sum + layout.frameCount, 0),
    color_type: colorType,
    planned: Object.fromEntries(plan),
    scanner: {
      type: scanner.type,
      roundtrip: scanner.roundtrip,
      pixel_ms: scanner.pixelMs,
      line_ms: scanner.lineMs,
      frame_ms: scanner.frameMs,
      series_ms: scanner.seriesMs,
    },
    channels: channels.map(({ id, name, startNm, endNm }) => ({
      id,
      name,
      start_wavelength_nm: startNm,
      end_wavelength_nm: endNm,
    })),
    not_used: files.flatMap(({ layout }) => [
      ...layout.notUsed,
      ...[...Map.groupBy(layout.documents, ({ prefix, root }) => `${prefix}:${root}`)]
        .filter(([root]) => root !== "lsmimage:imageProperties" && root !== "base:imageDefinition")
        .map(([root, documents]) => `${documents.length} × ${root}`),
    ]),
  });
}
