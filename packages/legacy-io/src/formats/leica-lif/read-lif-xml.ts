// Reads the XML of a LIF within bounds.

import { LegacyIoError } from "../../errors.ts";
import { LifElements, lifCount } from "./lif-elements.ts";
import type { LifContents } from "./lif-image.ts";

const MAX_DEPTH = 64;
const MAX_ELEMENTS = 1_000_000;
const DECLARED = /<!(?:DOCTYPE|ENTITY)/i;

/**
 * Reads what images a file has.
 *
 * @throws LegacyIoError `invalid_file` for a text that is not XML, has another root, is deeper than 64 elements, or has more than
 * 1 000 000; `not_supported` for a DOCTYPE, and for versions other than 1 and 2
 */
export async function readLifXml(text: string): Promise<LifContents> {
  if (DECLARED.test(text)) {
    throw new LegacyIoError("not_supported", "LIF: a DOCTYPE or ENTITY is not read", { found: "DOCTYPE" });
  }
  // Loaded with the first such XML and not before.
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ xmlns: false, position: false });
  const elements = new LifElements();
  let count = 0;
  parser.on("error", (error) => {
    throw invalid(error.message.slice(0, 200), "XML", text.slice(0, 40));
  });
  parser.on("opentag", ({ name, attributes }) => {
    count++;
    const problem =
      count > MAX_ELEMENTS
        ? "its XML has too many elements"
        : elements.depth >= MAX_DEPTH
          ? `its XML is deeper than ${MAX_DEPTH} elements`
          : elements.open(name, attributes);
    if (problem !== undefined) {
      throw invalid(problem, "LMSDataContainerHeader", name.slice(0, 60));
    }
  });
  parser.on("text", (piece) => {
    elements.text(piece);
  });
  parser.on("closetag", () => {
    elements.close();
  });
  // Some files end their XML with a character 0.
  parser.write(text.replace(/\0+$/, "")).close();
  const version = lifCount(elements.root?.["Version"]);
  if (version !== 1 && version !== 2) {
    throw new LegacyIoError("not_supported", "LIF: its version is neither 1 nor 2", {
      expected: "1 or 2",
      found: elements.root?.["Version"]?.slice(0, 40),
    });
  }
  return { version, images: elements.images(), photonCounts: elements.photonCounts() };
}

function invalid(problem: string, expected: unknown, found: unknown): LegacyIoError {
  return new LegacyIoError("invalid_file", `LIF: ${problem}`, { expected, found });
}
