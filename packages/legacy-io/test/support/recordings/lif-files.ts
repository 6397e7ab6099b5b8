// Writes LIF files in the layout that liffile reads.

/** An image of a file. Values are uint16 unless told: `1000 · channel + 10 · line + pixel`, cut to the type. */
export interface LifImageParts {
  readonly name: string;
  readonly lines?: number;
  readonly pixels?: number;
  readonly channels?: number;
  /** Where channels stand among the axes, the slowest first. */
  readonly order?: "ctx" | "tcx" | "txc" | "xt" | "cxt";
  readonly bits?: number;
  readonly isFloat?: boolean;
  /** m along x. */
  readonly length?: string;
  /** Seconds from the first line to the last. */
  readonly duration?: string;
  /** What stands behind the dimensions t and x. */
  readonly moreDimensions?: string;
  readonly settings?: string;
  readonly stamps?: string;
  readonly blockId?: string;
  /** Attributes that replace those of each channel. */
  readonly channelAttributes?: string;
  readonly channelChildren?: string;
  /** Bytes that are cut from the end of the block. */
  readonly cut?: number;
  /** Values of other bytes than those that the pattern has. */
  readonly data?: Uint8Array;
}

export interface LifParts {
  readonly version?: 1 | 2;
  /** Puts images below folders: the XML around all of them. */
  readonly wrap?: (elements: string) => string;
  readonly xmlEnd?: string;
}

export function lifBytes(images: readonly LifImageParts[], parts: LifParts = {}): Uint8Array<ArrayBuffer> {
  const { version = 2, wrap = (elements) => elements, xmlEnd = "" } = parts;
  const elements = images.map((image, at) => elementOf(image, image.blockId ?? `MemBlock_${at}`)).join("");
  const xml = `<LMSDataContainerHeader Version="${version}"><Element Name="project.lif" UniqueID="p"><Data><Experiment><TimeStamp HighInteger="30000000" LowInteger="5"/></Experiment></Data><Memory Size="0" MemoryBlockID="MemBlock_p"/><Children>${wrap(elements)}</Children></Element></LMSDataContainerHeader>${xmlEnd}`;
  const text = Buffer.from(xml, "utf16le");
  const head = Buffer.alloc(13);
  head.writeUInt32LE(0x70, 0);
  head.writeUInt32LE(text.length + 5, 4);
  head.writeUInt8(0x2a, 8);
  head.writeUInt32LE(text.length / 2, 9);
  const blocks = images.map((image, at) =>
    blockOf(image.blockId ?? `MemBlock_${at}`, image.data ?? valuesOf(image), version),
  );
  return new Uint8Array(
    Buffer.concat([head, text, blockOf("MemBlock_p", new Uint8Array(), version), ...blocks]),
  );
}

/** The value that the pattern has there. */
export function lifValue({ bits = 16 }: LifImageParts, channel: number, line: number, pixel: number): number {
  return (1000 * channel + 10 * line + pixel) % 2 ** Math.min(bits, 16);
}

interface Steps {
  readonly channel: number;
  readonly line: number;
  readonly pixel: number;
}

function itemBytesOf({ bits = 16 }: LifImageParts): number {
  return bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : 8;
}

function stepsOf(image: LifImageParts): Steps {
  const { lines = 6, pixels = 4, channels = 1, order = "ctx" } = image;
  const counts: Readonly<Record<string, number>> = { c: channels, t: lines, x: pixels };
  const steps: Record<string, number> = { c: 0, t: 0, x: 0 };
  let step = itemBytesOf(image);
  for (const axis of [...order].reverse()) {
    steps[axis] = step;
    step *= counts[axis] ?? 1;
  }
  return { channel: steps["c"] ?? 0, line: steps["t"] ?? 0, pixel: steps["x"] ?? 0 };
}

function valuesOf(image: LifImageParts): Uint8Array {
  const { lines = 6, pixels = 4, channels = 1, isFloat = false, cut = 0 } = image;
  const itemBytes = itemBytesOf(image);
  const bytes = Buffer.alloc(lines * pixels * channels * itemBytes);
  const steps = stepsOf(image);
  for (let channel = 0; channel < channels; channel++) {
    for (let line = 0; line < lines; line++) {
      for (let pixel = 0; pixel < pixels; pixel++) {
        const at = channel * steps.channel + line * steps.line + pixel * steps.pixel;
        const value = lifValue(image, channel, line, pixel);
        if (isFloat) {
          itemBytes === 4 ? bytes.writeFloatLE(value, at) : bytes.writeDoubleLE(value, at);
        } else {
          bytes.writeUIntLE(value, at, itemBytes);
        }
      }
    }
  }
  return bytes.subarray(0, bytes.length - cut);
}

function elementOf(image: LifImageParts, blockId: string): string {
  const { name, lines = 6, pixels = 4, channels = 1, bits = 16, isFloat = false } = image;
  const { length = "9.0e-06", duration = "0.01", moreDimensions = "", settings = "", stamps = "" } = image;
  const steps = stepsOf(image);
  const described = Array.from({ length: channels }, (_, channel) => {
    const attributes =
      image.channelAttributes ??
      `DataType="${isFloat ? 1 : 0}" ChannelTag="0" Resolution="${bits}" NameOfMeasuredQuantity="" Min="0" Max="1" Unit="" LUTName="${channel === 0 ? "Green" : "Red"}" IsLUTInverted="0" BitInc="0"`;
    return `<ChannelDescription ${attributes} BytesInc="${channel * steps.channel}">${image.channelChildren ?? ""}</ChannelDescription>`;
  }).join("");
  const size = lines * pixels * channels * itemBytesOf(image);
  return `<Element Name="${name}" UniqueID="${blockId}"><Data><Image><ImageDescription><Channels>${described}</Channels><Dimensions><DimensionDescription DimID="1" NumberOfElements="${pixels}" Origin="1.376765e-020" Length="${length}" Unit="m" BitInc="0" BytesInc="${steps.pixel}"/><DimensionDescription DimID="4" NumberOfElements="${lines}" Origin="0" Length="${duration}" Unit="s" BitInc="0" BytesInc="${steps.line}"/>${moreDimensions}</Dimensions></ImageDescription>${settings === "" ? "" : `<Attachment Name="HardwareSetting"><ATLConfocalSettingDefinition ${settings}/></Attachment>`}${stamps}</Image></Data><Memory Size="${size}" MemoryBlockID="${blockId}"/></Element>`;
}

function blockOf(id: string, data: Uint8Array, version: 1 | 2): Uint8Array {
  const name = Buffer.from(id, "utf16le");
  const sizeLength = version === 1 ? 4 : 8;
  const head = Buffer.alloc(14 + sizeLength);
  head.writeUInt32LE(0x70, 0);
  head.writeUInt32LE(name.length + 10 + sizeLength - 4, 4);
  head.writeUInt8(0x2a, 8);
  version === 1 ? head.writeUInt32LE(data.length, 9) : head.writeBigUInt64LE(BigInt(data.length), 9);
  head.writeUInt8(0x2a, 9 + sizeLength);
  head.writeUInt32LE(name.length / 2, 10 + sizeLength);
  return Buffer.concat([head, name, data]);
}

/** FILETIME stamps as LAS X writes them, `repeat` times each. `startTicks` is 2020-09-16T12:00:00.123Z. */
export function lifStampList(
  count: number,
  stepMs: number,
  repeat = 1,
  startTicks = 132_447_312_001_230_000n,
): string {
  const words = Array.from({ length: count }, (_, line) =>
    (startTicks + BigInt(Math.round(line * stepMs)) * 10_000n).toString(16),
  ).flatMap((word) => Array.from({ length: repeat }, () => word));
  return `<TimeStampList NumberOfTimeStamps="${words.length}">${words.join(" ")} </TimeStampList>`;
}
