// Reads the index of a shard: where each small chunk lies in the object.

import { crc32c } from "../bytes/crc32c.ts";
import { ZarrStoreError } from "../errors.ts";
import { chunkCounts } from "./chunks/chunk-grid.ts";
import type { ShardingCodec } from "./metadata/codec-pipeline.ts";

/** The bytes of a chunk in its shard, from `start` up to but not including `stop`. */
export interface ShardRange {
  readonly start: number;
  readonly stop: number;
}

const ENTRY_BYTES = 16;
const CRC_BYTES = 4;
const ABSENT = 0xffff_ffff_ffff_ffffn;

/**
 * Reads and checks a shard's index: one range per chunk in C order; undefined for a chunk that is all fill value.
 *
 * @see https://zarr-specs.readthedocs.io/en/latest/v3/codecs/sharding-indexed/index.html
 * @throws {ZarrStoreError} `integrity` for a shard that is too short for its index, a checksum that does not match,
 * or a range outside the shard
 */
export function readShardIndex(
  shard: Uint8Array,
  codec: ShardingCodec,
  shardShape: readonly number[],
  where: string,
): readonly (ShardRange | undefined)[] {
  const count = chunkCounts(shardShape, codec.chunkShape).reduce((product, chunks) => product * chunks, 1);
  const sizeBytes = count * ENTRY_BYTES + (codec.indexHasCrc32c ? CRC_BYTES : 0);
  if (shard.length < sizeBytes) {
    throw damaged(where, `it has ${shard.length} bytes, but its index alone needs ${sizeBytes}`);
  }
  const start = codec.indexLocation === "start" ? 0 : shard.length - sizeBytes;
  const view = new DataView(shard.buffer, shard.byteOffset + start, sizeBytes);
  if (codec.indexHasCrc32c) {
    const found = crc32c(shard.subarray(start, start + count * ENTRY_BYTES));
    if (found !== view.getUint32(count * ENTRY_BYTES, true)) {
      throw damaged(where, "the checksum of its index does not match");
    }
  }
  const isLittle = codec.indexEndian === "little";
  return Array.from({ length: count }, (_, i) => {
    const offset = view.getBigUint64(i * ENTRY_BYTES, isLittle);
    const length = view.getBigUint64(i * ENTRY_BYTES + 8, isLittle);
    if (offset === ABSENT && length === ABSENT) {
      return undefined;
    }
    if (offset + length > BigInt(shard.length)) {
      throw damaged(where, `chunk ${i} has ${length} bytes at ${offset}, but the shard has ${shard.length}`);
    }
    return { start: Number(offset), stop: Number(offset + length) };
  });
}

function damaged(where: string, what: string): ZarrStoreError {
  return new ZarrStoreError("integrity", `${where}: the shard is damaged: ${what}`, { path: where });
}
