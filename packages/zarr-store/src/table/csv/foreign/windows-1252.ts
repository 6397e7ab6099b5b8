// Recognises text in Windows-1252, which Excel on Windows writes as "CSV", and turns it into UTF-8.

/** What the bytes 0x80 to 0x9F mean; a blank for those that mean nothing. All others are as in Latin-1. */
const SPECIAL = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";
const FIRST_SPECIAL = 0x80;
const FIRST_LATIN = 0xa0;
const BLANK = 0x20;
/** The separators of ASCII begin here: a program may put one for a comma in a cell. */
const FIRST_SEPARATOR = 0x1c;

/**
 * Returns a text that is not UTF-8 as if it were Windows-1252, in UTF-8; undefined if it cannot be that:
 *
 * - a byte means nothing there, or is a control character below 0x1c other than a tab or the end of a line;
 * - two bytes look like the beginning of a character in UTF-8, or the last byte does: the text is damaged UTF-8.
 *
 * @see https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/WINDOWS/CP1252.TXT
 */
export function utf8OfWindows1252(bytes: Uint8Array): Uint8Array | undefined {
  let extraBytes = 0;
  let isAfterLead = false;
  for (const byte of bytes) {
    const isControl = byte < FIRST_SEPARATOR && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;
    if (isControl || (byte >= FIRST_SPECIAL && codeOf(byte) === BLANK)) {
      return undefined;
    }
    if (isAfterLead && byte >= 0x80 && byte <= 0xbf) {
      return undefined;
    }
    isAfterLead = byte >= 0xc2 && byte <= 0xf4;
    extraBytes += codeOf(byte) >= 0x800 ? 2 : codeOf(byte) >= 0x80 ? 1 : 0;
  }
  if (isAfterLead) {
    return undefined;
  }
  const utf8 = new Uint8Array(bytes.length + extraBytes);
  let at = 0;
  for (const byte of bytes) {
    const code = codeOf(byte);
    if (code < 0x80) {
      utf8[at++] = code;
    } else {
      if (code >= 0x800) {
        utf8[at++] = 0xe0 | (code >> 12);
      }
      utf8[at++] = code >= 0x800 ? 0x80 | ((code >> 6) & 0x3f) : 0xc0 | (code >> 6);
      utf8[at++] = 0x80 | (code & 0x3f);
    }
  }
  return utf8;
}

function codeOf(byte: number): number {
  return byte >= FIRST_SPECIAL && byte < FIRST_LATIN ? SPECIAL.charCodeAt(byte - FIRST_SPECIAL) : byte;
}
