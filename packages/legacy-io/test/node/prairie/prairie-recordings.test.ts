// The real recordings of a Bruker microscope: what is known of them comes in, and an export gives their files back.
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { beforeAll, expect, it } from "vitest";
import { exportLegacyFolder, type IngestReport, ingestLegacyFolder } from "../../../src/node/index.ts";
import { readTiffInPlace } from "../../../src/tiff/read-tiff.ts";
import { PRAIRIE_FOLDER, prairieTruth } from "../../support/prairie-files.ts";

let dataset: ZarrDataset;
let report: IngestReport;
beforeAll(async () => {
  dataset = await openDataset(memoryStore());
  if (PRAIRIE_FOLDER !== undefined) {
    report = await ingestLegacyFolder(dataset, PRAIRIE_FOLDER);
  }
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

it.skipIf(PRAIRIE_FOLDER === undefined)(
  "each cycle is one image of its channels, with the pixels, scale, start, mode and bits that are known",
  async () => {
    const ids = new Map(
      (await dataset.loadSourcesIndex()).map((row) => [basename(row.source_primary_path), row.image_id]),
    );
    let images = 0;
    for (const [name, { sequences, version, source_image: pictures }] of await prairieTruth()) {
      for (const truth of sequences) {
        images++;
        const record = dataset.record(ids.get(truth.channels[0]?.file ?? "") ?? "");
        const array = await record.loadArray();
        const [plane = []] = truth.channels.map(({ shape }) => shape);
        const isOne = truth.channels.length === 1;
        expect(array.shape).toEqual(isOne ? plane : [truth.channels.length, ...plane]);
        expect(await record.getAxes()).toEqual(isOne ? ["t", "x"] : ["c", "t", "x"]);
        const bytes = ndArrayBytes(array);
        const step = bytes.length / truth.channels.length;
        expect(truth.channels.map((_, at) => sha256(bytes.subarray(at * step, (at + 1) * step)))).toEqual(
          truth.channels.map(({ sha256_le: hash }) => hash),
        );
        expect(await record.loadJson("prairie/scan")).toMatchObject({
          ...{ version, cycle: truth.cycle, mode: truth.mode },
          um_per_px: truth.um_per_px,
          seconds_per_line: truth.seconds_per_line,
          start: {
            text: expect.stringMatching(new RegExp(`^20\\d\\d-\\d\\d-\\d\\dT${truth.time}$`)),
            zone: "no zone",
          },
          channels: truth.channels.map(({ file }) => ({ file })),
        });
        expect(await record.loadJson("metadata")).toMatchObject({
          header: {
            voxels: [...(isOne ? [] : [1]), truth.seconds_per_line, truth.um_per_px],
            voxels_source: [...(isOne ? [] : [""]), "prairie", "prairie"],
            time_str: truth.time,
            bits_per_pixel: version.startsWith("5.4") || version.startsWith("5.6") ? 13 : 12,
          },
        });
        expect(await record.loadJson("prairie/scan_path")).toMatchObject({ mode: truth.mode });
        expect(await record.loadJson("recording/scan_path")).toMatchObject({
          mode: { straightLine: "straight", freeHand: "freehand" }[truth.mode],
          points_are: "px of the reference image",
          points: expect.arrayContaining([[expect.any(Number), expect.any(Number)]]),
        });
        const [picture] = truth.cycle === 1 ? pictures : [];
        expect(await record.listArrayArtifacts()).toEqual(
          picture === undefined ? [] : ["recording/reference"],
        );
        if (picture !== undefined) {
          const file = await readFile(join(PRAIRIE_FOLDER ?? "", name, picture));
          const { image } = await readTiffInPlace(new Uint8Array(file));
          expect(await record.loadArrayArtifact("recording/reference")).toEqual(image);
        }
        const kept = [`${name}.xml`, ...(truth.cycle === 1 ? pictures : [])].toSorted();
        expect((await record.listAttachments()).filter((one) => !one.startsWith("~"))).toEqual(
          kept.toSorted((a, b) => (a < b ? -1 : 1)),
        );
        const xml = await readFile(join(PRAIRIE_FOLDER ?? "", name, `${name}.xml`));
        expect(sha256(await record.loadAttachment(`${name}.xml`))).toBe(sha256(xml));
        expect((await record.attributes())["tiff_warnings"]).toBeUndefined();
      }
    }
    expect(report.ingested).toHaveLength(images);
    expect(report.failed).toEqual([]);
    expect(new Set(report.notes.map(({ reason }) => reason))).toEqual(
      new Set([
        "kept as an attachment: it is the image in which the line was drawn, or one for reference, not a scan",
      ]),
    );
  },
);

it.skipIf(PRAIRIE_FOLDER === undefined)(
  "a second ingest changes nothing, and an export has the XML, the pictures and the pixels of each TIFF",
  async () => {
    const again = await ingestLegacyFolder(dataset, PRAIRIE_FOLDER ?? "");
    expect(again).toMatchObject({ ingested: [], updated: [], failed: [] });
    const folder = await mkdtemp(join(tmpdir(), "kym-prairie-"));
    try {
      await exportLegacyFolder(dataset, join(folder, "out"), { layout: "lab" });
      const files = new Map(
        (await readdir(join(folder, "out"), { recursive: true })).map((path) => [basename(path), path]),
      );
      for (const [name, { sequences, source_image: pictures }] of await prairieTruth()) {
        for (const file of [`${name}.xml`, ...pictures]) {
          const written = await readFile(join(folder, "out", files.get(file) ?? ""));
          expect(sha256(written)).toBe(sha256(await readFile(join(PRAIRIE_FOLDER ?? "", name, file))));
        }
        for (const { channels } of sequences) {
          const path = files.get(channels[0]?.file ?? "") ?? "";
          const { image } = await readTiffInPlace(new Uint8Array(await readFile(join(folder, "out", path))));
          const bytes = ndArrayBytes(image);
          const step = bytes.length / channels.length;
          expect(channels.map((_, at) => sha256(bytes.subarray(at * step, (at + 1) * step)))).toEqual(
            channels.map(({ sha256_le: hash }) => hash),
          );
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
