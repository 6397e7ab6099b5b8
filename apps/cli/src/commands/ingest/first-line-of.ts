// Decides whether an ingest or a refresh is long, from what it has found of its folder so far.

import { basename } from "node:path";
import type { IngestEvent } from "@kym/legacy-io/node";
import { counted } from "../../terminal/text-table.ts";

/** So many TIFFs, or so many bytes of them, take longer than a person looks at an empty screen. */
const MANY_TIFFS = 100;
const MANY_BYTES = 200_000_000;

/** What a long job says first; undefined for one that may be short, and for other events. */
export function firstLineOf(event: IngestEvent, folder: string): string | undefined {
  return event.type === "found" && (event.tiffs >= MANY_TIFFS || event.sizeBytes >= MANY_BYTES)
    ? `looking through ${basename(folder)}: ${counted(event.tiffs, event.recordings === undefined ? "TIFF" : "image")} so far`
    : undefined;
}
