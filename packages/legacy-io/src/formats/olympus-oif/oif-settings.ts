// Reads the settings files of FluoView (`.oif`, `.pty`, `OibInfo.txt`, `.roi`): sections of keys and values, mostly in UTF-16.

import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";

/** The values of a settings file by section and key, without their quotes. */
export class OifSettings {
  readonly #sections: ReadonlyMap<string, ReadonlyMap<string, string>>;

  constructor(sections: ReadonlyMap<string, ReadonlyMap<string, string>>) {
    this.#sections = sections;
  }

  /** A text; undefined if it is absent or empty. */
  text(section: string, key: string): string | undefined {
    const value = this.#sections.get(section)?.get(key);
    return value === "" ? undefined : value;
  }

  /** A finite number; undefined for anything else. FluoView in some languages writes `0,207.0` for 0.207. */
  number(section: string, key: string): number | undefined {
    const text = this.text(section, key) ?? "";
    const [, whole, fraction] = COMMA.exec(text) ?? [];
    const value =
      whole === undefined ? (NUMBER.test(text) ? Number(text) : Number.NaN) : Number(`${whole}.${fraction}`);
    return Number.isFinite(value) ? value : undefined;
  }

  section(name: string): ReadonlyMap<string, string> {
    return this.#sections.get(name) ?? new Map();
  }

  /** All of it, for keeping. */
  toJson(): Readonly<Record<string, Readonly<Record<string, string>>>> {
    return Object.fromEntries(
      [...this.#sections].map(([name, entries]) => [name, Object.fromEntries(entries)]),
    );
  }
}

const NUMBER = /^[+-]?(?:\d{1,40}\.?\d{0,40}|\.\d{1,40})(?:[eE][+-]?\d{1,3})?$/;
const COMMA = /^([+-]?\d{1,40}),(\d{1,40})(?:\.0)?$/;
const LUT = "[ColorLUTData]";

/**
 * Reads a settings file.
 *
 * @param name The file, for messages.
 * @throws {LegacyIoError} `invalid_file` for a text that does not begin with a section; `not_supported` for one of more than `maxBytes`
 */
export async function readOifSettings(
  source: ByteSource,
  name: string,
  maxBytes: number,
): Promise<OifSettings> {
  if (source.sizeBytes > maxBytes) {
    throw new LegacyIoError("not_supported", `${name} has ${source.sizeBytes} bytes of text`, {
      path: name,
      expected: maxBytes,
      found: source.sizeBytes,
    });
  }
  const bytes = await source.read(0, source.sizeBytes);
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const whole = new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(bytes);
  // Behind this line come the bytes of a colour table.
  const end = whole.lastIndexOf(LUT);
  const text = end < 0 ? whole : whole.slice(0, end);
  if (!text.startsWith("[")) {
    throw new LegacyIoError("invalid_file", `${name} is not a settings file of FluoView`, {
      path: name,
      expected: "[",
      found: text.slice(0, 20),
    });
  }
  const sections = new Map<string, Map<string, string>>();
  let entries = new Map<string, string>();
  for (const line of text.split(/\r\n|\r|\n/)) {
    const content = line.trim();
    const equals = content.indexOf("=");
    if (content.startsWith("[") && content.endsWith("]")) {
      entries = new Map();
      sections.set(content.slice(1, -1), entries);
    } else if (equals > 0 && !content.startsWith(";")) {
      entries.set(content.slice(0, equals).trim(), unquoted(content.slice(equals + 1).trim()));
    }
  }
  return new OifSettings(sections);
}

function unquoted(value: string): string {
  const [quote = ""] = value;
  return value.length > 1 && `'"`.includes(quote) && value.endsWith(quote) ? value.slice(1, -1) : value;
}
