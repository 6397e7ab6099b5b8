import { resolve } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import type { BundleFile, FolderScan } from "../bundle.ts";
import { isChannelPath } from "../compare-files.ts";
import type { RefreshRules } from "../decide-refresh.ts";
import type { IngestReport } from "../ingest-report.ts";
import type { KnownAcquisition, KnownAcquisitions } from "../known-acquisition.ts";
import { planIngest } from "../plan-ingest.ts";
import { itemOfUpdate, reportOfPlan, reportOfRun } from "../plan-report.ts";
import { findFacts } from "./find-facts.ts";
import { ingestImages } from "./ingest-images.ts";
import type { IngestFolderOptions } from "./ingest-options.ts";
import { knownAcquisitions } from "./known-acquisitions.ts";
import { scanFolder } from "./scan-folder.ts";

/** Brings a dataset to what a folder holds: looks, plans, and does what is planned, unless it is to be a dry run. */
export async function takeFolder(
  dataset: ZarrDataset,
  root: string,
  rules: RefreshRules,
  options: IngestFolderOptions,
): Promise<IngestReport> {
  const { pattern, signal, includeSidecars = true } = options;
  const whole = absolutePaths(root, await scanFolder(root, { pattern, signal }));
  const { acquisitions } = await knownAcquisitions(dataset);
  const scan = includeSidecars ? whole : withoutSidecars(whole);
  const known = includeSidecars ? acquisitions : channelsOnly(acquisitions);
  const plan = planIngest(scan, known, await findFacts(scan, known, signal), rules);
  if (options.dryRun === true) {
    return reportOfPlan(plan, scan);
  }
  const images = plan.actions.flatMap((action) => (action.action === "ingest" ? [action] : []));
  const total = images.length;
  options.onEvent?.({ type: "planned", toIngest: total, found: reportOfPlan(plan, scan).found });
  let done = 0;
  const onRead = (path: string): void => options.onEvent?.({ type: "read", path, done: ++done, total });
  const added = await ingestImages(dataset, images, { ...options, onRead });
  return reportOfRun(plan, scan, {
    ...added,
    updated: [],
    unchanged: added.takenInMeanwhile,
    skipped: plan.actions.flatMap((action) => (action.action === "update" ? [itemOfUpdate(action)] : [])),
    conflicts: [],
  });
}

/** The ledger knows files by absolute path, however the folder was named. */
function absolutePaths(root: string, scan: FolderScan): FolderScan {
  const absolute = <F extends BundleFile>(file: F): F => ({ ...file, path: resolve(root, file.relPath) });
  return {
    ...scan,
    bundles: scan.bundles.map((bundle) => ({
      ...bundle,
      image: absolute(bundle.image),
      otherChannels: bundle.otherChannels.map(absolute),
      sidecars: bundle.sidecars.map(absolute),
    })),
  };
}

function withoutSidecars(scan: FolderScan): FolderScan {
  return { ...scan, bundles: scan.bundles.map((bundle) => ({ ...bundle, sidecars: [] })) };
}

function channelsOnly(known: KnownAcquisitions): KnownAcquisitions {
  const strip = (acquisition: KnownAcquisition): KnownAcquisition => ({
    ...acquisition,
    sidecars: new Map([...acquisition.sidecars].filter(([path]) => isChannelPath(path))),
  });
  return new Map([...known].map(([path, acquisition]) => [path, strip(acquisition)]));
}
