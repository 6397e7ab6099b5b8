// Splits a table that acqstore wrote beside a TIFF, of all ROIs and channels, into one for each of them, cell by cell as it was.

const PREFIX = "channel,roi_id,";
const ROW = /^(\d{1,9}),(\d{1,9}),(.*)$/;
const QUOTE = '"';

/** Which ROI and channel a table is of. */
export interface TableKey {
  /** From 0. */
  readonly channel: number;
  readonly roiId: number;
}

/**
 * The rows of one ROI and channel as a table of their own, without the two columns that said so. Undefined if there is no such row,
 * or if the file is not such a table.
 */
export function tableOfRoi(bytes: Uint8Array, { channel, roiId }: TableKey): string | undefined {
  const text = new TextDecoder().decode(bytes);
  const [title = "", ...lines] = text.split(/\r?\n/);
  if (!title.startsWith(PREFIX) || text.includes(QUOTE)) {
    return undefined;
  }
  const rows = lines.flatMap((line) => {
    const [, ofChannel, ofRoi, rest] = ROW.exec(line) ?? [];
    return Number(ofChannel) === channel && Number(ofRoi) === roiId && rest !== undefined ? [rest] : [];
  });
  return rows.length === 0 ? undefined : `${[title.slice(PREFIX.length), ...rows].join("\n")}\n`;
}
