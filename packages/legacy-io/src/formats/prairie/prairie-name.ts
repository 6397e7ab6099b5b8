// Recognises the names that Prairie View gives its files.

/** `<base>_Cycle00001_Ch1_000001.ome.tif` of version 5, `<base>_Cycle00001_CurrentSettings_Ch1_000001.tif` of version 4. */
const TIFF = /^(.+?)_Cycle(\d{1,6})((?:_.*)?)_Ch(\d{1,3})_(\d{1,7}(?:\.ome)?)$/;
/** `<base>-Cycle00001_Ch1Source.tif`, and `<base>-Cycle00001_Window1-Ch1-16bit-Reference.tif` and the like. */
const PICTURE_NAME = /^(.+?)-Cycle(\d{1,6})[_-](?:Ch\d{1,3}Source|(?:.*[_-])?Reference)$/;

/** What a sidecar is called that is a picture of a recording. */
export const PICTURE = "picture";

/** The parts of the name of a TIFF with the pixels of one channel. */
export interface PrairieTiffName {
  /** What the names of all files of a recording begin with. */
  readonly base: string;
  readonly cycle: number;
  /** Counted from 1. */
  readonly channel: number;
  /** The same for the channels of one frame, and for nothing else. */
  readonly group: string;
  /** What follows the base. It stays when a recording is renamed. */
  readonly ending: string;
}

/** Takes the name of a TIFF apart, without its `.tif`; undefined for another name. */
export function prairieTiffName(stem: string): PrairieTiffName | undefined {
  const [, base = "", cycle = "", label = "", channel = "", index = ""] = TIFF.exec(stem) ?? [];
  return base === ""
    ? undefined
    : {
        base,
        cycle: Number(cycle),
        channel: Number(channel),
        group: `${base}_Cycle${cycle}${label}_${index}`,
        ending: stem.slice(base.length),
      };
}

/** The recording and cycle of an image in which a line was drawn, or of one for reference; undefined for another name. */
export function prairiePictureName(
  stem: string,
): { readonly base: string; readonly cycle: number } | undefined {
  const [, base, cycle] = PICTURE_NAME.exec(stem) ?? [];
  return base === undefined || cycle === undefined ? undefined : { base, cycle: Number(cycle) };
}
