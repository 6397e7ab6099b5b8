// Writes the microscope's header `<stem>.txt` again, from what the artifact `metadata` kept of it.

import { METADATA_KEYS } from "@kym/kym-schema/keys";
import { parseLossless, plainValue } from "@kym/zarr-store/json";

/**
 * The text of `<stem>.txt`, from `olympus_header` in the artifact `metadata`: sections and entries in their old order, in
 * UTF-8, with CRLF line ends. Undefined if the metadata has no such header.
 */
export function olympusHeaderText(metadata: string): string | undefined {
  const header = fieldsOf(
    fieldsOf(plainValue(parseLossless(metadata, { allowNonFinite: true })))?.[METADATA_KEYS.olympusHeader],
  );
  const sections = header?.["sections"];
  if (!Array.isArray(sections)) {
    return undefined;
  }
  return sections
    .flatMap((section: unknown) => {
      const { name, entries } = fieldsOf(section) ?? {};
      const lines = Array.isArray(entries) ? entries.map(entryLine) : [];
      return typeof name === "string" && name !== "" ? [`"[${name}]"\t""`, ...lines] : lines;
    })
    .map((line) => `${line}\r\n`)
    .join("");
}

function entryLine(entry: unknown): string {
  const [key, value] = Array.isArray(entry) ? entry : [];
  return `"${String(key)}"\t"${String(value)}"`;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
}
