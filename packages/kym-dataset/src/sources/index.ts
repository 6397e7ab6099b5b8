/**
 * The ledger of ingested files, made again from the images.
 *
 * @module
 */

export { sourcesOfImages } from "./sources-of-images.ts";
