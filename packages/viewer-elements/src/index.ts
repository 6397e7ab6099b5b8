/**
 * A kymograph and its velocity trace in any web page: `<kym-image>` and `<kym-trace>`. This entry shows data that the page sets;
 * `@kym/viewer-elements/dataset` opens datasets over HTTP as well. It can be imported where there is no document.
 *
 * @example
 * defineElements();
 * document.querySelector("kym-image").data = { name: "scan 1", plane: { pixels, lines: 600, columns: 38 } };
 *
 * @module
 */

export { defineElements } from "./define-elements.ts";
export { ViewerError, type ViewerErrorCode } from "./errors.ts";
export { KymImageElement } from "./image/kym-image-element.ts";
export type {
  Kymograph,
  KymographData,
  KymographEvent,
  KymographResults,
  KymographStretch,
  KymographTrace,
} from "./model/kymograph.ts";
export { parseKymograph } from "./model/parse-kymograph.ts";
export type { TimeRange } from "./model/time-range.ts";
export type { Crosshair, ViewerChange, ViewerState } from "./model/viewer-state.ts";
export { summaryWords } from "./model/viewer-words.ts";
export type { KymEventDetails, PlaceDetail, ViewDetail } from "./shell/kym-events.ts";
export { KymTraceElement } from "./trace/kym-trace-element.ts";
