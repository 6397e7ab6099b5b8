// Collects the facts of a LIF's images from the elements of its XML, one after another.

import type { LifChannel, LifDimension, LifImage } from "./lif-image.ts";
import { lifStamps } from "./lif-stamps.ts";

/** The attributes of an element, by name. */
export type LifAttributes = Readonly<Record<string, string>>;

interface OpenImage {
  memoryBlockId: string | undefined;
  readonly channels: { readonly attributes: LifAttributes; readonly properties: Map<string, string> }[];
  readonly dimensions: LifAttributes[];
  settings: LifAttributes | undefined;
  readonly oldStamps: LifAttributes[];
  stampText: string;
}

interface OpenElement {
  readonly path: string;
  kind: "folder" | "image" | "photons";
  readonly image: OpenImage;
}

/** Elements whose text is read. */
const TEXTS: ReadonlySet<string> = new Set(["TimeStampList", "Key", "Value"]);
const MAX_CHANNELS = 1024;
const MAX_DIMENSIONS = 32;

/** Takes elements in the order of the document, and gives what they say. */
export class LifElements {
  readonly #all: OpenElement[] = [];
  readonly #open: OpenElement[] = [];
  /** The names of the elements that are open, the outermost first. */
  readonly #path: string[] = [];
  #text = "";
  #key = "";
  /** The attributes of the root; undefined before it. */
  root: LifAttributes | undefined;

  get depth(): number {
    return this.#path.length;
  }

  /** Returns what is wrong with the element, or undefined. */
  open(name: string, attributes: LifAttributes): string | undefined {
    const parent = this.#path.at(-1);
    this.#path.push(name);
    this.#text = "";
    if (parent === undefined) {
      this.root = attributes;
      return name === "LMSDataContainerHeader" ? undefined : `its root is ${name.slice(0, 60)}`;
    }
    if (name === "Element") {
      this.#openElement(attributes["Name"] ?? "");
      return undefined;
    }
    const element = this.#open.at(-1);
    return element === undefined ? undefined : this.#take(element, name, parent, attributes);
  }

  text(text: string): void {
    if (TEXTS.has(this.#path.at(-1) ?? "")) {
      this.#text += text;
    }
  }

  close(): void {
    const name = this.#path.pop();
    const image = this.#open.at(-1)?.image;
    if (name === "Element") {
      this.#open.pop();
    } else if (name === "TimeStampList" && image !== undefined) {
      image.stampText += this.#text;
    } else if (name === "Key") {
      this.#key = this.#text.trim();
    } else if (name === "Value" && this.#path.at(-1) === "ChannelProperty") {
      image?.channels.at(-1)?.properties.set(this.#key, this.#text.trim());
    }
    this.#text = "";
  }

  images(): readonly LifImage[] {
    return this.#all.filter(({ kind }) => kind === "image").map(({ path, image }) => imageOf(path, image));
  }

  photonCounts(): readonly string[] {
    return this.#all.filter(({ kind }) => kind === "photons").map(({ path }) => path);
  }

  #openElement(name: string): void {
    // The outermost element is the project.
    const parent = this.#open.at(-1);
    const path = parent === undefined || parent.path === "" ? name : `${parent.path}/${name}`;
    const element: OpenElement = {
      path: parent === undefined ? "" : path,
      kind: "folder",
      image: {
        memoryBlockId: undefined,
        channels: [],
        dimensions: [],
        settings: undefined,
        oldStamps: [],
        stampText: "",
      },
    };
    this.#open.push(element);
    this.#all.push(element);
  }

  #take(element: OpenElement, name: string, parent: string, attributes: LifAttributes): string | undefined {
    const { image } = element;
    if (name === "Memory" && parent === "Element") {
      image.memoryBlockId ??= attributes["MemoryBlockID"];
    } else if (name === "Image" && parent === "Data") {
      element.kind = "image";
    } else if (name === "SingleMoleculeDetection" && parent === "Data" && element.kind === "folder") {
      element.kind = "photons";
    } else if (name === "ChannelDescription" && parent === "Channels") {
      image.channels.push({ attributes, properties: new Map() });
      return image.channels.length > MAX_CHANNELS ? "an image has too many channels" : undefined;
    } else if (name === "DimensionDescription" && parent === "Dimensions") {
      image.dimensions.push(attributes);
      return image.dimensions.length > MAX_DIMENSIONS ? "an image has too many dimensions" : undefined;
    } else if (name === "ATLConfocalSettingDefinition") {
      image.settings ??= attributes;
    } else if (name === "TimeStamp" && parent === "TimeStampList") {
      image.oldStamps.push(attributes);
    }
    return undefined;
  }
}

function imageOf(path: string, image: OpenImage): LifImage {
  const problems: string[] = [];
  const { stamps, problem } = lifStamps(image.stampText, image.oldStamps);
  if (problem !== undefined) {
    problems.push(problem);
  }
  const channels = image.channels
    .map(({ attributes, properties }, at) => channelOf(attributes, properties, at))
    .toSorted((a, b) => a.offsetBytes - b.offsetBytes);
  return {
    path: path === "" ? "image" : path,
    memoryBlockId: image.memoryBlockId,
    channels,
    dimensions: image.dimensions.map(dimensionOf),
    settings: image.settings ?? {},
    stamps,
    problems,
  };
}

function channelOf(
  attributes: LifAttributes,
  properties: ReadonlyMap<string, string>,
  at: number,
): LifChannel {
  const names = [attributes["NameOfMeasuredQuantity"], properties.get("DyeName"), attributes["LUTName"]];
  return {
    name:
      names.find((name) => name !== undefined && name.trim() !== "")?.slice(0, 200) ?? `Channel ${at + 1}`,
    dataType: lifCount(attributes["DataType"]),
    resolution: lifCount(attributes["Resolution"]),
    offsetBytes: lifCount(attributes["BytesInc"]),
  };
}

function dimensionOf(attributes: LifAttributes): LifDimension {
  return {
    id: lifCount(attributes["DimID"]),
    count: lifCount(attributes["NumberOfElements"]),
    length: lifNumber(attributes["Length"]),
    unit: attributes["Unit"]?.trim() ?? "",
    stepBytes: lifCount(attributes["BytesInc"]),
  };
}

/** A whole number from 0 up; NaN for anything else. */
export function lifCount(text: string | undefined): number {
  const count = text !== undefined && /^\s*\d{1,16}\s*$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : Number.NaN;
}

/** A finite number; undefined for anything else. */
export function lifNumber(text: string | undefined): number | undefined {
  const isNumber = text !== undefined && /^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*$/.test(text);
  const value = isNumber ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
