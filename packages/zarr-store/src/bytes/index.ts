/** The entry `@kym/zarr-store/bytes`: what is done to bytes before anything is known of their meaning. */
export { type Endian, MACHINE_ENDIAN, swapInPlace } from "./byte-order.ts";
export { type DeflateFormat, type InflateOptions, inflate } from "./inflate.ts";
