// Opens the files of a FluoView recording by their names, in the streams of an `.oib` or in the folder beside an `.oif`.

import { LegacyIoError } from "../../errors.ts";
import type { ByteSource } from "../../tiff/byte-source.ts";
import type { RecordingFiles, RecordingLimits } from "../recording-format.ts";
import { openCompoundFile } from "./compound-file.ts";
import { type OifSettings, readOifSettings } from "./oif-settings.ts";

/** The files of a recording. Names have no folder: `s_C001.tif`. */
export interface OifFolder {
  readonly main: OifSettings;
  /** In words, for messages. */
  readonly place: string;
  /** All names, if they can be listed. */
  readonly names: readonly string[] | undefined;
  /** Undefined if it is not there. */
  readonly open: (name: string) => Promise<ByteSource | undefined>;
}

const INFO = "OibInfo.txt";
const INFO_SECTION = "OibSaveInfo";

/** The folder of an `.oif`, by its name. */
export function oifFolderName(fileName: string): string {
  return `${fileName}.files`;
}

/** @throws {LegacyIoError} `invalid_file` for a main file of another kind; a folder that is missing shows when its files are opened */
export async function openOifFolder(files: RecordingFiles, limits: RecordingLimits): Promise<OifFolder> {
  const { fileName, main, companion } = files;
  const settings = await readOifSettings(main, fileName, limits.maxTextBytes);
  const folder = oifFolderName(fileName);
  return {
    main: settings,
    place: folder,
    names: undefined,
    open: (name) => companion(`${folder}/${name}`),
  };
}

/**
 * Opens the streams of an `.oib` by the table of names in its `OibInfo.txt`.
 *
 * @throws {LegacyIoError} `invalid_file` for another kind of file, or one without its table or main file; `not_supported` for compressed
 * streams and beyond a limit
 */
export async function openOibFolder(files: RecordingFiles, limits: RecordingLimits): Promise<OifFolder> {
  const { fileName, main, signal } = files;
  const compound = await openCompoundFile(main, fileName, limits.maxEntries, signal);
  const paths = new Map(compound.paths.map((path) => [lastPartOf(path), path]));
  const stream = async (name: string): Promise<ByteSource | undefined> => {
    const path = paths.get(name);
    return path === undefined ? undefined : compound.open(path);
  };
  const infoSource = await stream(INFO);
  if (infoSource === undefined) {
    throw missing(fileName, INFO);
  }
  const info = await readOifSettings(infoSource, `${fileName}, ${INFO}`, limits.maxTextBytes);
  const compression = info.text(INFO_SECTION, "Compression") ?? "None";
  if (compression !== "None") {
    throw new LegacyIoError("not_supported", `${fileName}: compression ${JSON.stringify(compression)}`, {
      path: fileName,
      expected: "None",
      found: compression,
    });
  }
  const mainSource = await stream(info.text(INFO_SECTION, "MainFileName") ?? "");
  if (mainSource === undefined) {
    throw missing(fileName, "MainFileName");
  }
  const streams = new Map(
    [...info.section(INFO_SECTION)]
      .filter(([key]) => /^Stream\d+$/.test(key))
      .map(([key, name]) => [lastPartOf(name), key]),
  );
  return {
    main: await readOifSettings(mainSource, `${fileName}, main file`, limits.maxTextBytes),
    place: fileName,
    names: [...streams.keys()],
    open: (name) => stream(streams.get(name) ?? ""),
  };
}

/** The last part of a path of either system. */
export function lastPartOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function missing(fileName: string, what: string): LegacyIoError {
  return new LegacyIoError("invalid_file", `${fileName} has no ${what}`, { path: fileName, expected: what });
}
