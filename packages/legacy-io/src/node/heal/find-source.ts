// Finds the TIFF of an image in a folder by its hash.

import { isLegacyIoError } from "../../errors.ts";
import type { FolderScan, LegacyBundle } from "../../folder/bundle.ts";
import { fileNameOf } from "../../folder/compare-paths.ts";
import { scanOfPath } from "../../folder/recordings/scan-name.ts";
import { hashFile } from "../files/read-stable.ts";

/** What is known of the TIFF that an image came from. */
export interface KnownSource {
  readonly sha256: string;
  readonly relPath: string | undefined;
}

/** The TIFFs of a folder, each hashed at most once. */
export class SourcesInFolder {
  readonly #scan: FolderScan;
  readonly #hashes = new Map<string, Promise<string>>();

  constructor(scan: FolderScan) {
    this.#scan = scan;
  }

  /**
   * The acquisition whose TIFF has the hash, wherever it lies. Its old place is looked at first, then files of its name, then all
   * others.
   */
  async find(source: KnownSource, signal: AbortSignal | undefined): Promise<LegacyBundle | undefined> {
    const rank = ({ image: { relPath } }: LegacyBundle): number =>
      relPath === source.relPath ? 0 : fileNameOf(relPath) === fileNameOf(source.relPath ?? "") ? 1 : 2;
    const scan = scanOfPath(source.relPath ?? "")?.scan;
    for (const bundle of this.#scan.bundles.toSorted((a, b) => rank(a) - rank(b))) {
      if (
        scanOfPath(bundle.image.relPath)?.scan === scan &&
        (await this.#hashOf(bundle, signal)) === source.sha256
      ) {
        return bundle;
      }
    }
    return undefined;
  }

  /** The hash of a TIFF; undefined if it cannot be read, which concerns this file alone. */
  async #hashOf({ image }: LegacyBundle, signal: AbortSignal | undefined): Promise<string | undefined> {
    const hash = this.#hashes.get(image.path) ?? hashFile(image, signal);
    this.#hashes.set(image.path, hash);
    try {
      return await hash;
    } catch (error) {
      if (!isLegacyIoError(error, "io", "not_supported")) {
        throw error;
      }
      return undefined;
    }
  }
}
