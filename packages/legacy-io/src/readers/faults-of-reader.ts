// Decides which faults a reader had at the version that is recorded with an image.

import type { SidecarFormat } from "../formats/sidecar-format.ts";
import { TIFF_READER } from "../tiff/tiff-reader.ts";
import { KNOWN_FAULTS } from "./known-faults.ts";
import type { ReaderFault } from "./reader-fault.ts";

/** A reader as it is now. */
interface Reader {
  readonly name: string;
  readonly version: number;
}

/** Returns the name and the version of a sidecar format, as they are stored with an image. */
export function readerOf({ name, version = 1 }: SidecarFormat): Reader {
  return { name, version };
}

/**
 * Lists the faults that a reader had when it read a file. Nothing recorded means that any version may have read it.
 *
 * `formats` are those that can read now. A format that a caller added is not in the table: any lower version of it had a
 * fault, because that is what its version says.
 */
export function faultsOfReader(
  name: string,
  recorded: number | undefined,
  formats: readonly SidecarFormat[],
): readonly ReaderFault[] {
  const format = formats.find((one) => one.name === name);
  const now = name === TIFF_READER.name ? TIFF_READER : format && readerOf(format);
  const version = recorded ?? 0;
  if (now === undefined || version >= now.version) {
    return [];
  }
  const known = KNOWN_FAULTS.filter(({ reader }) => reader === name);
  if (known.length > 0 || now.version === 1) {
    return known.filter(({ mendedIn }) => version < mendedIn);
  }
  const wrong = `a lower version of the format ${name} read something wrong`;
  return [
    { reader: name, mendedIn: now.version, since: undefined, wrong, likelihood: async () => "possible" },
  ];
}
