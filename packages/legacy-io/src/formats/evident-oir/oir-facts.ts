// Collects what the XML of an OIR file says of its scan: sizes, channels, pitch, times, the line.

import type { OirDocument, OirLayout } from "./oir-layout.ts";
import { elementsOf, finiteNumber, numberBelow, type OirElement, readOirXml, textBelow } from "./oir-xml.ts";

export interface OirChannel {
  readonly id: string;
  readonly name: string;
  readonly order: number;
  readonly startNm: number | undefined;
  readonly endNm: number | undefined;
}

/** How the mirrors moved, in milliseconds. */
export interface OirScanner {
  readonly type: string | undefined;
  readonly roundtrip: boolean | undefined;
  readonly pixelMs: number | undefined;
  readonly lineMs: number | undefined;
  readonly frameMs: number | undefined;
  readonly seriesMs: number | undefined;
}

/** What an OIR file says. A number that cannot be read counts as absent. */
export interface OirFacts {
  readonly width: number;
  /** Of one frame block, not of the scan. */
  readonly height: number;
  readonly bytesPerSample: number;
  readonly bits: number | undefined;
  readonly colorType: string | undefined;
  readonly channels: readonly OirChannel[];
  /** Axes that were scanned, with how many steps were planned. */
  readonly plan: ReadonlyMap<string, number | undefined>;
  readonly umPerPx: number | undefined;
  readonly line: readonly [x1: number, y1: number, x2: number, y2: number] | undefined;
  readonly scanner: OirScanner;
  readonly startText: string | undefined;
  readonly reference: { readonly width: number; readonly height: number } | undefined;
  /** Of the reference image of a camera. */
  readonly referenceBytesPerSample: number | undefined;
}

const MOST_NAME = 200;

/**
 * Reads the documents that describe the scan.
 *
 * @throws {LegacyIoError} `invalid_file`, `not_supported` for XML that cannot be read
 */
export async function oirFacts(layout: OirLayout, fileName: string): Promise<OirFacts> {
  const read = async (found: OirDocument | undefined): Promise<OirElement | undefined> =>
    found && readOirXml(found.text, `${fileName}, ${found.prefix}`);
  const of = (prefix: string): readonly OirDocument[] =>
    layout.documents.filter((document) => document.prefix === prefix);
  const frame =
    layout.frame === undefined ? undefined : await readOirXml(layout.frame, `${fileName}, frame properties`);
  const scan = joined(await Promise.all(scanDocuments(of("lsmimage")).map(read)));
  const definition = await read(of("base").at(-1));
  const camera = await read(of("cameraimage").at(-1));
  const [referenceWidth, referenceHeight] = [count(definition, "width"), count(definition, "height")];
  const [cameraChannel] = camera === undefined ? [] : elementsOf(camera, "elementChannel");
  return {
    width: count(frame, "width") ?? 0,
    height: count(frame, "height") ?? 0,
    bytesPerSample: count(frame, "depth") ?? 0,
    bits: count(frame, "bitCounts"),
    colorType: textBelow(frame, "colorType")?.slice(0, MOST_NAME),
    channels: scan === undefined ? [] : channelsOf(scan),
    plan: scan === undefined ? new Map() : planOf(scan),
    umPerPx: pitchOf(scan),
    line: scan && lineOf(scan),
    scanner: scannerOf(scan),
    startText: textBelow(scan, "creationDateTime")?.slice(0, MOST_NAME),
    reference:
      referenceWidth === undefined || referenceHeight === undefined
        ? undefined
        : { width: referenceWidth, height: referenceHeight },
    referenceBytesPerSample: count(cameraChannel, "depth"),
  };
}

/**
 * The properties of the image, the latest first: FluoView writes them behind the first frame and again at the end. Documents of the same
 * prefix describe single channels.
 */
function scanDocuments(documents: readonly OirDocument[]): readonly OirDocument[] {
  const properties = documents.filter(({ root }) => root === "imageProperties");
  const [first] = documents;
  const found = properties.length > 0 ? properties : first === undefined ? [] : [first];
  const [last, snapshot] = [found.at(-1), found.at(-2)];
  return [last, snapshot].filter((document) => document !== undefined);
}

/** One element with the content of all: what is looked for is found in the first that has it. */
function joined(roots: readonly (OirElement | undefined)[]): OirElement | undefined {
  const found = roots.filter((root) => root !== undefined);
  return found.length === 0 ? undefined : { name: "", attributes: {}, children: found, text: "" };
}

/** Each channel once, though the document may list it twice. */
function channelsOf(scan: OirElement): readonly OirChannel[] {
  const channels = new Map<string, OirChannel>();
  for (const element of elementsOf(scan, "channel")) {
    const id = element.attributes["id"] ?? "";
    if (id !== "" && !channels.has(id)) {
      channels.set(id, {
        id,
        name: textBelow(element, "name")?.slice(0, MOST_NAME) ?? "",
        order: finiteNumber(element.attributes["order"]) ?? 0,
        startNm: numberBelow(element, "startWavelength"),
        endNm: numberBelow(element, "endWavelength"),
      });
    }
  }
  return [...channels.values()].sort((left, right) => left.order - right.order);
}

const UM_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["MICRO_METER", 1],
  ["NANO_METER", 1e-3],
  ["MILLI_METER", 1e3],
]);

/** `length/x`, in the unit that `pixelUnit/x` names; in µm if it names none. */
function pitchOf(scan: OirElement | undefined): number | undefined {
  const unit = textBelow(scan && elementsOf(scan, "pixelUnit")[0], "x") ?? "MICRO_METER";
  const [length, factor] = [
    positive(numberBelow(scan && elementsOf(scan, "length")[0], "x")),
    UM_PER_UNIT.get(unit),
  ];
  return length === undefined || factor === undefined ? undefined : length * factor;
}

function planOf(scan: OirElement): ReadonlyMap<string, number | undefined> {
  const enabled = elementsOf(scan, "axis").filter(({ attributes }) => attributes["enable"] === "true");
  const plan = new Map<string, number | undefined>();
  for (const axis of enabled) {
    const name = textBelow(axis, "axis") ?? "";
    plan.set(name, plan.get(name) ?? count(axis, "maxSize"));
  }
  return plan;
}

function lineOf(scan: OirElement): OirFacts["line"] {
  for (const { attributes } of elementsOf(scan, "coordinates")) {
    const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => finiteNumber(attributes[name]));
    if (x1 !== undefined && y1 !== undefined && x2 !== undefined && y2 !== undefined) {
      return [x1, y1, x2, y2];
    }
  }
  return undefined;
}

/** The settings of the scanner that was used; there are those of others as well. */
function scannerOf(scan: OirElement | undefined): OirScanner {
  const type = textBelow(scan, "scannerType");
  const all = scan === undefined ? [] : elementsOf(scan, "scannerSettings");
  const own = all.find(({ attributes }) => attributes["type"] === type);
  const settings = own ?? (all.length === 1 ? all[0] : undefined);
  const milliseconds = (name: string): number | undefined => positive(numberBelow(settings, name));
  const roundtrip = textBelow(settings, "roundtrip")?.toLowerCase();
  return {
    type: type?.slice(0, MOST_NAME),
    roundtrip: roundtrip === "true" ? true : roundtrip === "false" ? false : undefined,
    pixelMs: milliseconds("pixelSpeed"),
    lineMs: milliseconds("lineSpeed"),
    frameMs: milliseconds("frameSpeed"),
    seriesMs: milliseconds("seriesInterval"),
  };
}

function count(element: OirElement | undefined, name: string): number | undefined {
  const value = numberBelow(element, name);
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}

function positive(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
