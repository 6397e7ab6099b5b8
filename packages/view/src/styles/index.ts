/**
 * The colours and letters of ROIs and events, the same in figures and in pages.
 *
 * @module
 */

export { type EventStyle, eventStyle } from "./event-style.ts";
export { markColour, roiColour } from "./mark-colours.ts";
