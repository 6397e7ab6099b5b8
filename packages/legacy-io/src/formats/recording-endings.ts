// Tells files that microscopes write themselves by their names, without the readers of their formats.

/** In lower case, with the dot. Those of `ALL_RECORDING_FORMATS`, whose readers a page that knows only names never loads. */
export const RECORDING_ENDINGS: readonly string[] = [".czi", ".lif", ".ptu", ".mesc", ".oir", ".oib", ".oif"];

/** True for the name of a file that may be a recording. */
export function isRecordingName(fileName: string): boolean {
  const name = fileName.toLowerCase();
  return RECORDING_ENDINGS.some((ending) => name.endsWith(ending));
}
