// Gives the bytes of an ImageJ selection another name, and leaves everything else as it is.

import { HEADER, HEADER2 } from "../roi-layout.ts";

/** Returns the bytes of a valid `.roi` file with another name, which stands at their end; undefined without a second header. */
export function renameSelection(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> | undefined {
  const renamed = new Uint8Array(bytes.length + 2 * name.length);
  renamed.set(bytes);
  const view = new DataView(renamed.buffer);
  const header2 = view.getInt32(HEADER.header2);
  if (header2 === 0) {
    return undefined;
  }
  view.setInt32(header2 + HEADER2.nameOffset, name === "" ? 0 : bytes.length);
  view.setInt32(header2 + HEADER2.nameLength, name.length);
  for (let index = 0; index < name.length; index++) {
    view.setUint16(bytes.length + 2 * index, name.charCodeAt(index));
  }
  return renamed;
}
