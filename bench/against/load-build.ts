// Loads the functions that benchmarks use from any build, this tree's or an older one with other entry points.

import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type * as dataset from "@kym/kym-dataset";
import type * as schema from "@kym/kym-schema";
import type * as legacyNode from "@kym/legacy-io/node";
import type * as legacyTiff from "@kym/legacy-io/tiff";
import type * as store from "@kym/zarr-store";
import type * as storeNode from "@kym/zarr-store/node";
import type * as storeTable from "@kym/zarr-store/table";
import { BuildError } from "./build-error.ts";

export interface Build {
  readonly KymDataset: typeof dataset.KymDataset;
  readonly radonIndexer: typeof dataset.radonIndexer;
  readonly summarizeMetadata: typeof schema.summarizeMetadata;
  readonly velocityEventIndexer: typeof dataset.velocityEventIndexer;
  readonly readCsv: typeof storeTable.readCsv;
  readonly readTiff: typeof legacyTiff.readTiff;
  readonly writeCsv: typeof storeTable.writeCsv;
  readonly writeImageJTiff: typeof legacyTiff.writeImageJTiff;
  readonly exportLegacyFolder: typeof legacyNode.exportLegacyFolder;
  readonly ingestLegacyFolder: typeof legacyNode.ingestLegacyFolder;
  readonly nodeTiffCodecs: typeof legacyNode.nodeTiffCodecs;
  readonly openFileSource: typeof legacyNode.openFileSource;
  readonly createNdArray: typeof store.createNdArray;
  readonly rowsOf: typeof store.rowsOf;
  readonly tableFromColumns: typeof storeTable.tableFromColumns;
  readonly localStore: typeof storeNode.localStore;
  readonly nodeRuntime: typeof storeNode.nodeRuntime;
  readonly openLocalDataset: typeof storeNode.openLocalDataset;
}

/**
 * The places where each name may be exported; the first one that has it is used.
 *
 * When an export moves, put the new place before the old one, which stays for older builds. If the name was
 * different, write it after `#`, as in `@kym/roi#oldName`.
 */
export const PLACES: Readonly<Record<keyof Build, readonly string[]>> = {
  KymDataset: ["@kym/kym-dataset"],
  radonIndexer: ["@kym/kym-dataset"],
  summarizeMetadata: ["@kym/kym-schema", "@kym/kym-dataset"],
  velocityEventIndexer: ["@kym/kym-dataset"],
  readCsv: ["@kym/zarr-store/table", "@kym/zarr-store", "@kym/legacy-io"],
  readTiff: ["@kym/legacy-io/tiff", "@kym/legacy-io"],
  writeCsv: ["@kym/zarr-store/table", "@kym/zarr-store", "@kym/legacy-io"],
  writeImageJTiff: ["@kym/legacy-io/tiff", "@kym/legacy-io"],
  exportLegacyFolder: ["@kym/legacy-io/node"],
  ingestLegacyFolder: ["@kym/legacy-io/node"],
  nodeTiffCodecs: ["@kym/legacy-io/node"],
  openFileSource: ["@kym/legacy-io/node"],
  createNdArray: ["@kym/zarr-store"],
  rowsOf: ["@kym/zarr-store"],
  tableFromColumns: ["@kym/zarr-store/table", "@kym/zarr-store"],
  localStore: ["@kym/zarr-store/node"],
  nodeRuntime: ["@kym/zarr-store/node"],
  openLocalDataset: ["@kym/zarr-store/node", "@kym/zarr-store/node#openDataset"],
};

/**
 * Returns named exports of the build below `root`. Under the condition `@kym/source` they come from its
 * sources.
 */
export async function loadBuild<Name extends keyof Build>(
  root: string,
  names: readonly Name[],
): Promise<Pick<Build, Name>> {
  const found = await findNames(names, PLACES, (specifier) => importOf(root, specifier), root);
  // The table relates the names; the types are those of this tree.
  return Object.fromEntries(found) as Pick<Build, Name>;
}

/**
 * Looks each name up in its places, in order. `load` returns the exports of a place, or undefined if the place
 * does not exist.
 */
export async function findNames<Name extends string>(
  names: readonly Name[],
  places: Readonly<Record<Name, readonly string[]>>,
  load: (specifier: string) => Promise<Readonly<Record<string, unknown>> | undefined>,
  root: string,
): Promise<ReadonlyMap<Name, unknown>> {
  const found = new Map<Name, unknown>();
  for (const name of names) {
    for (const place of places[name]) {
      const [specifier = "", exported = name] = place.split("#");
      const exports = await load(specifier);
      if (exports !== undefined && Object.hasOwn(exports, exported)) {
        found.set(name, exports[exported]);
        break;
      }
    }
    if (!found.has(name)) {
      throw new BuildError(
        `the build in ${root} exports no ${name}: looked in ${places[name].join(", ")}; bench/against/load-build.ts lists the places`,
      );
    }
  }
  return found;
}

/**
 * Returns the exports of a package's entry in that build. A package that is found only above `root` does not
 * belong to the build.
 */
async function importOf(
  root: string,
  specifier: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const path = resolvedFrom(root, specifier);
  return path?.startsWith(realpathSync(root) + sep) ? import(pathToFileURL(path).href) : undefined;
}

function resolvedFrom(root: string, specifier: string): string | undefined {
  try {
    return realpathSync(createRequire(join(root, "package.json")).resolve(specifier));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "MODULE_NOT_FOUND" || code === "ERR_PACKAGE_PATH_NOT_EXPORTED") {
      return undefined;
    }
    throw error;
  }
}
