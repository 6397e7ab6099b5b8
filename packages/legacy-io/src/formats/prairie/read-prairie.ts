// Reads the XML that Prairie View writes beside the TIFFs of a recording.

import { LegacyIoError } from "../../errors.ts";
import { PrairieElements } from "./prairie-elements.ts";
import type { PrairieRecording } from "./prairie-recording.ts";

/** A larger XML is not read. Twenty cycles of two channels take 30 KiB. */
export const MAX_PRAIRIE_BYTES: number = 8 * 2 ** 20;
const MAX_DEPTH = 32;
const MAX_ELEMENTS = 500_000;
const ROOT = /<PVScan[\s>/]/;
const DECLARED = /<!(?:DOCTYPE|ENTITY)/i;

/** True if the first bytes of a file are those of such an XML. */
export function isPrairieXml(start: Uint8Array): boolean {
  return ROOT.test(textOf(start).slice(0, 4096));
}

/**
 * Reads a recording: its cycles, their lines, files and numbers. An attribute that cannot be read counts as absent.
 *
 * @param bytes UTF-8, or UTF-16 with a byte order mark
 * @throws {LegacyIoError} `invalid_file` for a text that is not XML or has another root, and for one that is larger than 8 MiB,
 * deeper than 32 elements or has more than 500 000 of them, 20 000 cycles, 200 000 files or 200 000 points; `not_supported` for a
 * DOCTYPE or entities of its own
 */
export async function readPrairie(bytes: Uint8Array): Promise<PrairieRecording> {
  if (bytes.byteLength > MAX_PRAIRIE_BYTES) {
    throw invalid(`${bytes.byteLength} bytes are more than 8 MiB`, MAX_PRAIRIE_BYTES, bytes.byteLength);
  }
  const text = textOf(bytes);
  if (DECLARED.test(text)) {
    throw new LegacyIoError("not_supported", "Prairie View's XML: a DOCTYPE or ENTITY is not read", {
      found: "DOCTYPE",
    });
  }
  // Loaded with the first such XML and not before.
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ xmlns: false, position: false });
  const elements = new PrairieElements();
  let count = 0;
  parser.on("error", (error) => {
    throw invalid(error.message.slice(0, 200), "XML", text.slice(0, 40));
  });
  parser.on("opentag", ({ name, attributes }) => {
    count++;
    const problem =
      count > MAX_ELEMENTS
        ? "it has too many elements"
        : elements.depth >= MAX_DEPTH
          ? `it is deeper than ${MAX_DEPTH} elements`
          : elements.open(name, attributes);
    if (problem !== undefined) {
      throw invalid(problem, "PVScan", name.slice(0, 60));
    }
  });
  parser.on("closetag", () => {
    elements.close();
  });
  parser.write(text).close();
  const { root } = elements;
  if (root === undefined) {
    throw invalid("it has no PVScan", "PVScan", text.slice(0, 40));
  }
  const sequences = elements.sequences();
  const { version, date } = root;
  return {
    version,
    dateText: date,
    whole: elements.whole(),
    sequences,
    problems: sequences.length === 0 ? ["it has no Sequence"] : [],
  };
}

function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

function invalid(problem: string, expected: unknown, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `Prairie View's XML: ${problem}`, { expected, found });
}
