// Reads what the XML of a Zeiss CZI file says of a line scan: pitch, times of a line, channels, start and scanner.

import type { Stated, StatedStart } from "../recording-format.ts";
import { elementsAt, finiteNumber, parseXml, textAt, type XmlElement } from "./xml-tree.ts";

export interface CziMetadata {
  readonly umPerPx: readonly Stated[];
  /** Times of a line that the XML states; the stamps of the file count before them. */
  readonly secondsPerLine: readonly Stated[];
  readonly channelNames: readonly string[];
  /** Of the channel with the most: bits of a value that count. */
  readonly significantBits: number | undefined;
  readonly start: StatedStart | undefined;
  /** Planes of each dimension that the XML states, by `SizeT` and the like. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly bidirectional: boolean | undefined;
  /** What the scanner was set to, with the names of the XML. */
  readonly scanner: Readonly<Record<string, string>>;
  readonly microscope: string | undefined;
}

const NOTHING: CziMetadata = {
  umPerPx: [],
  secondsPerLine: [],
  channelNames: [],
  significantBits: undefined,
  start: undefined,
  sizes: new Map(),
  bidirectional: undefined,
  scanner: {},
  microscope: undefined,
};

/** @throws LegacyIoError as `parseXml` */
export function readMetadata(xml: string | undefined): CziMetadata {
  if (xml === undefined || xml.trim() === "") {
    return NOTHING;
  }
  const [metadata] = elementsAt(parseXml(xml.replace(/\0[\s\S]*$/, ""), "the XML of a CZI"), "Metadata");
  const [information] = elementsAt(metadata, "Information");
  const [image] = elementsAt(information, "Image");
  const channels = elementsAt(image, "Dimensions/Channels/Channel");
  const scanner = scannerOf(channels);
  const direction = Object.entries(scanner).find(([key]) => /ScanDirection|Bidirectional/i.test(key))?.[1];
  return {
    umPerPx: pitchOf(metadata),
    secondsPerLine: [...incrementOf(image), ...planOf(metadata), ...lineTimeOf(scanner)],
    channelNames: channels.map(
      (channel, at) => channel.attributes.get("Name") ?? channel.attributes.get("Id") ?? `Channel ${at}`,
    ),
    significantBits: bitsOf(image, channels),
    start: startOf(textAt(image, "AcquisitionDateAndTime")),
    sizes: new Map(
      (image?.children ?? []).flatMap(({ name, text }) => {
        const size = finiteNumber(text.trim());
        return /^Size[A-Z]$/.test(name) && size !== undefined ? [[name, size] as const] : [];
      }),
    ),
    bidirectional: direction === undefined ? undefined : /bi|true/i.test(direction),
    scanner,
    microscope: elementsAt(information, "Instrument/Microscopes/Microscope")[0]?.attributes.get("Name"),
  };
}

const UM_PER_M = 1e6;

/** In metres, whatever unit is stated for display. Writers give 0 for what they do not know. */
function pitchOf(metadata: XmlElement | undefined): readonly Stated[] {
  const [distance] = elementsAt(metadata, "Scaling/Items/Distance").filter(
    ({ attributes }) => attributes.get("Id") === "X",
  );
  const metres = finiteNumber(textAt(distance, "Value"));
  return metres !== undefined && metres > 0
    ? [{ value: rounded(metres * UM_PER_M), source: "Scaling/Items/Distance X" }]
    : [];
}

function incrementOf(image: XmlElement | undefined): readonly Stated[] {
  const seconds = finiteNumber(textAt(image, "Dimensions/T/Positions/Interval/Increment"));
  return positive(seconds, "Dimensions/T/Positions/Interval/Increment");
}

const SECONDS_IN: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-9],
  ["us", 1e-6],
  ["\u00b5s", 1e-6],
  ["\u03bcs", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
  ["sec", 1],
  ["min", 60],
  ["h", 3600],
  ["hour", 3600],
]);

/** The interval that was planned between two planes, wherever the experiment has it. */
function planOf(metadata: XmlElement | undefined): readonly Stated[] {
  const [span] = descendants(metadata, "TimeSeriesSetup").flatMap((setup) =>
    [setup, ...descendants(setup, "Interval")].flatMap((one) =>
      one.name === "Interval" ? elementsAt(one, "TimeSpan") : elementsAt(one, "Interval/TimeSpan"),
    ),
  );
  const value = finiteNumber(textAt(span, "Value"));
  // Without a unit the value is in seconds, as all others of the file.
  const unit = (textAt(span, "DefaultUnitFormat") ?? "s").toLowerCase();
  const seconds = SECONDS_IN.get(unit);
  return value === undefined || seconds === undefined
    ? []
    : positive(rounded(value * seconds), "TimeSeriesSetup/Interval, the plan");
}

function lineTimeOf(scanner: Readonly<Record<string, string>>): readonly Stated[] {
  return positive(finiteNumber(scanner["LineTime"]), "LaserScanInfo/LineTime");
}

function positive(value: number | undefined, source: string): readonly Stated[] {
  return value !== undefined && value > 0 ? [{ value, source }] : [];
}

const SCANNER_KEY = /^[A-Za-z]{1,40}$/;
const MOST_SCANNER_FACTS = 64;

function scannerOf(channels: readonly XmlElement[]): Readonly<Record<string, string>> {
  const [info] = channels.flatMap((channel) => elementsAt(channel, "LaserScanInfo"));
  return Object.fromEntries(
    (info?.children ?? [])
      .filter(
        ({ name, children, text }) => SCANNER_KEY.test(name) && children.length === 0 && text.trim() !== "",
      )
      .slice(0, MOST_SCANNER_FACTS)
      .map(({ name, text }) => [name, text.trim().slice(0, 200)]),
  );
}

const MAX_BITS = 32;

function bitsOf(image: XmlElement | undefined, channels: readonly XmlElement[]): number | undefined {
  const said = [
    ...channels.map((channel) => textAt(channel, "ComponentBitCount")),
    textAt(image, "ComponentBitCount"),
  ]
    .map(finiteNumber)
    .filter((bits) => bits !== undefined && Number.isInteger(bits) && bits > 0 && bits <= MAX_BITS);
  return said.length === 0 ? undefined : Math.max(...said.map((bits) => bits ?? 0));
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?/;

function startOf(text: string | undefined): StatedStart | undefined {
  if (text === undefined || !ISO.test(text) || text.length > 64) {
    return undefined;
  }
  return { text, zone: /Z$/i.test(text) ? "utc" : /[+-]\d\d:?\d\d$/.test(text) ? "offset" : "no zone" };
}

/** Without the last digits, which only come from the change of the unit. */
function rounded(value: number): number {
  return Number(value.toPrecision(15));
}

function descendants(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return (element?.children ?? []).flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendants(child, name),
  ]);
}
