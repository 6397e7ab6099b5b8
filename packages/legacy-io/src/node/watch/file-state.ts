// Whether the files of a scan are still as a look found them, and whether they can be read at all.

import { open, stat } from "node:fs/promises";
import type { BundleFile, LegacyBundle } from "../../folder/bundle.ts";
import type { Attempt } from "../../plan/decide-whole.ts";

/** The change times of files in nanoseconds since 1970, by their path, at the time of a look. */
export type ChangeTimes = ReadonlyMap<string, bigint>;

/** The files of a scan: its TIFFs, then its sidecars. */
export function filesOf({ image, otherChannels, sidecars }: LegacyBundle): readonly BundleFile[] {
  return [image, ...otherChannels, ...sidecars];
}

/** True if each file of a scan has the size and times of the look. */
export async function isAsSeen(bundle: LegacyBundle, ctimesNs: ChangeTimes): Promise<boolean> {
  for (const { path, sizeBytes, mtimeNs } of filesOf(bundle)) {
    const now = await stat(path, { bigint: true }).catch(() => undefined);
    const isSame =
      now?.size === BigInt(sizeBytes) && now.mtimeNs === mtimeNs && now.ctimeNs === ctimesNs.get(path);
    if (!isSame) {
      return false;
    }
  }
  return true;
}

/** Says why a scan could not be ingested: it changed, another program keeps it from being read, or its content is wrong. */
export async function attemptAfterFailure(bundle: LegacyBundle, ctimesNs: ChangeTimes): Promise<Attempt> {
  if (!(await isAsSeen(bundle, ctimesNs))) {
    return "open";
  }
  for (const { path } of filesOf(bundle)) {
    if (!(await isReadable(path))) {
      return "blocked";
    }
  }
  return "broken";
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await using handle = await open(path);
    await handle.read(new Uint8Array(1), 0, 1, 0);
    return true;
  } catch {
    return false;
  }
}
