// Escapes the names of files and folders that Windows forbids, and brings the original names back.

/** What Windows allows in no name. Source: Microsoft, "Naming Files, Paths, and Namespaces". */
const FORBIDDEN = /[<>:"\\|?*\p{Cc}]/gu;
/** Names of devices, which count up to the first dot, also behind spaces. */
const DEVICE = /^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?= *(\.|$))/i;
const ESCAPE = /~([0-9A-F]{2})/g;

/**
 * Returns the name of a file or folder that every system accepts. `nameBeforeEscape` recovers the original.
 *
 * These characters become `~XX`, their code in upper-case hex: `<>:"\|?*` and control characters; a dot or space at the
 * end; the first letter of a device such as `aux.tif`; a `~` that looks like such an escape.
 */
export function safeFileName(name: string): string {
  const escaped = name
    .replace(/~(?=[0-9A-F]{2})/g, escapeCharacter)
    .replace(FORBIDDEN, escapeCharacter)
    .replace(/[. ]$/, escapeCharacter);
  return DEVICE.test(name) ? `${escapeCharacter(escaped.charAt(0))}${escaped.slice(1)}` : escaped;
}

/** Inverts `safeFileName`. A name that it never gives comes back unchanged. */
export function nameBeforeEscape(name: string): string {
  const original = name.replace(ESCAPE, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return safeFileName(original) === name ? original : name;
}

function escapeCharacter(character: string): string {
  return `~${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}
