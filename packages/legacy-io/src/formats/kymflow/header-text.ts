import { METADATA_KEYS } from "@kym/kym-schema/keys";
import { parseLossless, plainValue } from "@kym/zarr-store/json";

/**
 * The microscope's `<stem>.txt` again, of the `olympus_header` in the artifact `metadata`: its sections and entries in
 * their order, in UTF-8 with CRLF. Undefined where the metadata has none. Formats' page §2.1.
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
