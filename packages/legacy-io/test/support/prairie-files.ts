// A small XML of Prairie View, and the real recordings with their truth.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";

export const PRAIRIE_FOLDER: string | undefined = findSharedData("prairie");

/** What `truth.json` says of each recording. */
export interface PrairieTruth {
  readonly version: string;
  readonly sequences: readonly {
    readonly cycle: number;
    readonly time: string;
    readonly um_per_px: number;
    readonly seconds_per_line: number;
    readonly mode: string;
    readonly channels: readonly {
      readonly file: string;
      readonly shape: readonly number[];
      readonly dtype: string;
      readonly sha256_le: string;
    }[];
  }[];
  readonly source_image: readonly string[];
}

export async function prairieTruth(): Promise<ReadonlyMap<string, PrairieTruth>> {
  const text = await readFile(join(PRAIRIE_FOLDER ?? "", "truth.json"), "utf8");
  return new Map(Object.entries(JSON.parse(text)));
}

export async function prairieXmlOf(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(PRAIRIE_FOLDER ?? "", name, `${name}.xml`)));
}

const FRAME_SHARD = `<PVStateShard><PVStateValue key="framePeriod" value="0.008" /><PVStateValue key="linesPerFrame" value="4" />
<PVStateValue key="pixelsPerLine" value="3" /><PVStateValue key="scanLinePeriod" value="0.008" /></PVStateShard>`;
const LINE = '<Line startPixelY="5" startPixelX="3" stopPixelX="5" lineLength="1.5" />';

export interface PrairieXmlParts {
  readonly base?: string;
  readonly type?: string;
  readonly cycles?: readonly number[];
  readonly channels?: readonly number[];
  readonly shard?: string;
  readonly cycleShard?: string;
  readonly mode?: string;
  readonly line?: string;
  readonly date?: string;
  readonly time?: string;
}

/** A recording of version 5 with scans of 4 lines × 3 px, as `tinyTiff` has them, each pixel of 0.5 µm and each line of 8 ms. */
export function prairieXml({
  base = "run",
  type = "Linescan",
  cycles = [1],
  channels = [1],
  shard = FRAME_SHARD,
  cycleShard = "<PVStateShard />",
  mode = "straightLine",
  line = LINE,
  date = "2/5/2019 11:59:50 PM",
  time = "23:59:50.5",
}: PrairieXmlParts = {}): string {
  const sequences = cycles.map((cycle) => {
    const files = channels.map(
      (channel) =>
        `<File channel="${channel}" channelName="Ch${channel}" filename="${prairieTiff(base, cycle, channel)}" source="${base}-Cycle0000${cycle}_Ch${channel}Source.tif" />`,
    );
    return `<Sequence type="${type}" cycle="${cycle}" time="${time}">
<PVLinescanDefinition mode="${mode}" SourcePixelsPerLine="16" SourceLinesPerFrame="8">${line}<PVLine startPixelX="0.2" startPixelY="0.3" stopPixelX="0.4" /></PVLinescanDefinition>${cycleShard}
<Frame relativeTime="0" absoluteTime="1.5" index="1">${files.join("\n")}${shard}</Frame></Sequence>`;
  });
  return `\ufeff<?xml version="1.0" encoding="utf-8"?>
<PVScan version="5.4.64.500" date="${date}" notes="a &amp; b">
<PVStateShard><PVStateValue key="bitDepth" value="13" /><PVStateValue key="scanLinePeriod" value="0.003" />
<PVStateValue key="pixelsPerLine" value="256" /><PVStateValue key="linesPerFrame" value="256" />
<PVStateValue key="micronsPerPixel"><IndexedValue index="XAxis" value="0.5" /><IndexedValue index="YAxis" value="7" /></PVStateValue>
<PVStateValue key="positionCurrent"><SubindexedValues index="XAxis"><SubindexedValue subindex="0" value="-2" /></SubindexedValues></PVStateValue>
</PVStateShard>
${sequences.join("\n")}
</PVScan>`;
}

export function prairieTiff(base: string, cycle: number, channel: number): string {
  return `${base}_Cycle0000${cycle}_Ch${channel}_000001.ome.tif`;
}
