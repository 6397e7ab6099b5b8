// Reads an object of a global heap of an HDF5 file: a string of any length.

import { brokenHdf5 } from "./hdf5-cursor.ts";
import type { Hdf5File } from "./hdf5-file.ts";

const HEAD_BYTES = 16;

/** The bytes of object `index` of the collection at `address` (HDF5 specification, §III.E). */
export async function readHeapObject(file: Hdf5File, address: number, index: number): Promise<Uint8Array> {
  const head = await file.block(address, 8 + file.lengthBytes);
  head.expect("GCOL", "a global heap");
  head.version("a global heap", [1]);
  head.skip(3);
  const heap = await file.block(address, head.length());
  heap.skip(head.bytes.length);
  while (heap.rest >= HEAD_BYTES) {
    const found = heap.uint(2);
    heap.skip(6);
    const size = heap.length();
    if (found === 0) {
      break;
    }
    file.count(1);
    const bytes = heap.take(size);
    if (found === index) {
      return bytes;
    }
    heap.align8();
  }
  throw brokenHdf5("a string is not in its global heap", { offset: address, expected: index });
}
