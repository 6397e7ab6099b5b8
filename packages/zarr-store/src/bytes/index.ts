/**
 * Byte order and bounded inflating: work on bytes that needs no knowledge of their format.
 *
 * @module
 */

export { type Endian, MACHINE_ENDIAN, swapInPlace } from "./byte-order.ts";
export { type DeflateFormat, type InflateOptions, inflate } from "./inflate.ts";
