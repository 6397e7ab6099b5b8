// Takes the name of a TIFF apart that holds one channel of an acquisition.

import { prairieTiffName } from "../../formats/prairie/prairie-name.ts";

const CHANNEL_SUFFIX = /_C(\d{3})(T\d{3})$/;

/** Returns the stem without `_C001T001` or what Prairie View adds: the names of all files that belong to an image begin with it. */
export function commonStem(stem: string): string {
  return parseChannelStem(stem)?.base ?? stem;
}

/** The parts of such a name. */
export interface ChannelStem {
  /** What the names of all files of the acquisition begin with. */
  readonly base: string;
  /** The same for all channels. */
  readonly group: string;
  readonly number: number;
  /** Of a recording with several images. */
  readonly cycle?: number;
}

/** Returns the parts of a TIFF's name without its ending; undefined for one that names no channel. */
export function parseChannelStem(stem: string): ChannelStem | undefined {
  const prairie = prairieTiffName(stem);
  if (prairie !== undefined) {
    return { ...prairie, number: prairie.channel };
  }
  const match = CHANNEL_SUFFIX.exec(stem);
  if (match === null || match.index === 0) {
    return undefined;
  }
  const base = stem.slice(0, match.index);
  return { base, group: `${base}_${match[2]}`, number: Number(match[1]) };
}
