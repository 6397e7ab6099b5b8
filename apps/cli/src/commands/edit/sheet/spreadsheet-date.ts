// Recognises what spreadsheets write where they made a date of a text, such as `1-Mar` of `MAR1`.

const MONTH = "(?:jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez)[a-zé]{0,6}\\.?";
const DAY = "\\d{1,2}\\.?";
const YEAR = "(?:\\d{2}|\\d{4})";
const GAP = "[-/. ]{1,2}";

/** Forms that spreadsheets show a date in by default. People write `2025-07-22` and `20250722`, which are not among them. */
const FORMS: readonly RegExp[] = [
  // 1-Mar, 1-Mar-25, 01. Mrz
  new RegExp(`^${DAY}${GAP}${MONTH}(?:${GAP}${YEAR})?$`, "i"),
  // Mar-01, Mar 25
  new RegExp(`^${MONTH}${GAP}\\d{1,4}$`, "i"),
  // 3/1/2025, 01.03.25, 22-07-2025
  new RegExp(`^\\d{1,2}([-/.])\\d{1,2}\\1${YEAR}$`),
  // 2025/3/1
  /^\d{4}\/\d{1,2}\/\d{1,2}$/,
];

/** Whether a text has a form in which Excel, LibreOffice or Numbers shows a date. */
export function looksLikeSpreadsheetDate(text: string): boolean {
  return FORMS.some((form) => form.test(text.trim()));
}
