// Opens one image of a dataset for the elements. Loaded with the first `src`.

import { AcqImage, KymDataset, loadOverview } from "@kym/kym-dataset";
import { ARTIFACTS, calibrationOf, parseProvenance, sourcePathOf } from "@kym/kym-schema";
import { overviewByParts, type PixelPlane, pixelPlaneOf } from "@kym/view";
import { isZarrStoreError, openDataset, type ReadOptions, type ZarrImageRecord } from "@kym/zarr-store";
import { ViewerError } from "../errors.ts";
import type { Kymograph } from "../model/kymograph.ts";
import type { TimeRange } from "../model/time-range.ts";
import type { KymographRequest } from "../shell/source-opener.ts";
import { findRecord } from "./find-record.ts";

/** As many datasets stay open: a page shows many images of few of them. */
const MOST_OPEN = 4;
/** An image of more pixels that has no overview in its dataset gets none: reading all of it would take too long. */
const MOST_PIXELS = 2 ** 25;

const opened = new Map<string, Promise<KymDataset>>();

/** Does the work of `openKymograph`. */
export async function openImage(
  request: KymographRequest,
  options: { readonly signal: AbortSignal },
): Promise<Kymograph> {
  try {
    return await openAnywhere(request, options);
  } catch (error) {
    throw isZarrStoreError(error, "io") && isElsewhere(request.src)
      ? new ViewerError("load_failed", `src: ${error.message}. ${ORIGIN_HINT}`, { cause: error })
      : error;
  }
}

async function openAnywhere(
  { src, image, channel }: KymographRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<Kymograph> {
  const kym = await datasetAt(src);
  const record = await findRecord(kym.dataset, image, { signal });
  const scan = AcqImage.from({
    sourceKey: record.id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
  const shown = channel ?? 1;
  const [{ rois, header }, channels, { height: lines, width: columns }, name, stored] = await Promise.all([
    scan.metadata({ signal }),
    scan.channelsAvailable({ signal }),
    record.getImageBounds({ signal }),
    nameOf(record, { signal }),
    loadOverview(record, { channel: shown, signal }),
  ]);
  const size = { lines, columns };
  if (!channels.includes(shown)) {
    throw new ViewerError(
      "not_found",
      `channel: ${name} has channels 1 to ${channels.length}, found ${shown}`,
    );
  }
  if (size.lines < 1 || size.columns < 1) {
    throw new ViewerError(
      "not_found",
      `${name}: an image of ${size.lines} × ${size.columns} pixels has no picture`,
    );
  }
  const loadLines = async (stretch: TimeRange, options: ReadOptions): Promise<PixelPlane> =>
    pixelPlaneOf(await scan.getSlice2d({ channel: shown, rows: stretch }, options));
  const isMade = stored === null && size.lines * size.columns <= MOST_PIXELS;
  const made = isMade ? await overviewByParts(size, (rows) => loadLines(rows, { signal })) : null;
  return {
    ...{ name, size, pixelSize: calibrationOf(header) },
    overview: stored ?? made ?? undefined,
    stretches: [],
    loadLines,
    loadResults: async (options) => {
      const { traces, events } = await kym.loadTraces(record.id, options);
      const isShown = (one: { readonly channel: number }): boolean => one.channel === shown;
      return { traces: traces.filter(isShown), events: events.filter(isShown) };
    },
    rois: rois.filter((roi) => roi.channel === shown),
    ...{ traces: [], events: [], contrast: undefined },
  };
}

/** A dataset that is open, as new as it is on the server now. */
async function datasetAt(src: string): Promise<KymDataset> {
  const known = opened.get(src);
  if (known !== undefined) {
    const kym = await known;
    await kym.dataset.refresh();
    return kym;
  }
  const opening = openDataset(src, { mode: "r" }).then((dataset) => new KymDataset(dataset));
  opened.set(src, opening);
  for (const oldest of [...opened.keys()].slice(0, -MOST_OPEN)) {
    opened.delete(oldest);
  }
  try {
    return await opening;
  } catch (error) {
    opened.delete(src);
    throw isZarrStoreError(error, "not_found")
      ? new ViewerError("not_found", `src: there is no dataset at ${src}`, { cause: error })
      : error;
  }
}

/** A browser does not tell a page why it may not read, so the message names what may be the reason. */
const ORIGIN_HINT =
  "It lies on another origin than this page: its server must be reachable and allow this page (CORS).";

/** Whether a dataset lies on another origin than the page. */
function isElsewhere(src: string): boolean {
  return typeof location !== "undefined" && new URL(src, location.href).origin !== location.origin;
}

/** The file's name without its extension, or the id of an image that has no file. */
async function nameOf(record: ZarrImageRecord, options: ReadOptions): Promise<string> {
  try {
    const { text } = await record.loadJsonText(ARTIFACTS.provenance, options);
    const { sourceRelPath, sourcePrimaryPath } = parseProvenance(text);
    return sourcePathOf(sourceRelPath ?? sourcePrimaryPath ?? undefined).fileName ?? record.id;
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return record.id;
    }
    throw error;
  }
}
