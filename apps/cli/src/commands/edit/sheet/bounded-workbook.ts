// Unpacks the parts of an Excel file that a table is read from, never beyond a bound, and packs them anew without compression.

import { inflate } from "@kym/zarr-store/bytes";

/** An entry of a zip, as the list at its end says. Source: PKWARE, .ZIP File Format Specification 6.3.10, section 4.3.12. */
interface Part {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  /** The checksum and the size of its content, as the end of a gzip stream has them: each of 4 bytes, the lowest first. */
  readonly crcAndSize: readonly [crc: Uint8Array, size: Uint8Array];
  readonly sizeBytes: number;
  readonly packedBytes: number;
  readonly offset: number;
}

const END = { mark: 0x0605_4b50, bytes: 22 };
const LISTED = { mark: 0x0201_4b50, bytes: 46 };
const LOCAL = { mark: 0x0403_4b50, bytes: 30 };
const [STORED, DEFLATED] = [0, 8];
const ENCRYPTED = 1;
/** The magic number, the method, no flags, no time, and no system. RFC 1952. */
const GZIP_HEADER = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/**
 * The parts of a zip that hold XML, as a zip without compression. What reads it allocates no more than its size, whatever the
 * file claims; and its checksums are right.
 *
 * @param maxBytes the most bytes that all parts may unpack to, together
 * @throws {Error} if they unpack to more by what the file says, or one of them to more than the file says; for bytes that are not a
 * zip, and for one that is damaged or encrypted
 */
export async function boundedWorkbook(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [...partsOf(view)].filter(({ name }) => /\.xml(\.rels)?$/.test(name));
  const total = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > maxBytes) {
    throw new Error(`it unpacks to ${total} bytes, and at most ${maxBytes} are read`);
  }
  const files: Record<string, Uint8Array> = {};
  for (const part of parts) {
    files[part.name] = await unpack(view, part);
  }
  const { zipSync } = await import("fflate");
  return zipSync(files, { level: 0 });
}

/** The parts in the order of the list at the end, before which all of them lie. */
function* partsOf(view: DataView): Generator<Part> {
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  for (let index = 0; index < count; index++) {
    if (at + LISTED.bytes > end || view.getUint32(at, true) !== LISTED.mark) {
      throw new Error(`its list of parts is damaged at byte ${at}, or of a zip of 64 bits`);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const next =
      at + LISTED.bytes + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) {
      throw new Error(`its list of parts is damaged at byte ${at}`);
    }
    yield {
      name: new TextDecoder().decode(slice(view, at + LISTED.bytes, nameBytes)),
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crcAndSize: [slice(view, at + 16, 4), slice(view, at + 24, 4)],
      sizeBytes: view.getUint32(at + 24, true),
      packedBytes: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    };
    at = next;
  }
}

/** The offset of the record at the end, behind which only a comment may stand. */
function endOf(view: DataView): number {
  for (let at = view.byteLength - END.bytes; at >= Math.max(0, view.byteLength - END.bytes - 0xffff); at--) {
    if (view.getUint32(at, true) === END.mark) {
      return at;
    }
  }
  throw new Error("it is not a zip, or was cut off");
}

/** Unpacks a part to exactly the size that its list says. */
async function unpack(view: DataView, part: Part): Promise<Uint8Array> {
  const { name, flags, method, sizeBytes, packedBytes, offset, crcAndSize } = part;
  const place = `its part ${JSON.stringify(name)}`;
  if ((flags & ENCRYPTED) !== 0 || (method !== STORED && method !== DEFLATED)) {
    throw new Error(`${place} is encrypted, or packed in a way that is not known`);
  }
  if (method === STORED && packedBytes !== sizeBytes) {
    throw new Error(`${place} is damaged: it has ${packedBytes} bytes, and ${sizeBytes} when unpacked`);
  }
  const isLocal = offset + LOCAL.bytes <= view.byteLength && view.getUint32(offset, true) === LOCAL.mark;
  const start = isLocal
    ? offset + LOCAL.bytes + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
    : view.byteLength;
  if (!isLocal || start + packedBytes > view.byteLength) {
    throw new Error(`${place} is not where its list says, or was cut off`);
  }
  const packed = slice(view, start, packedBytes);
  if (method === STORED) {
    return packed;
  }
  // The same deflated bytes between the header and the end of a gzip stream, which also says checksum and size.
  const gzip = Buffer.concat([Uint8Array.from(GZIP_HEADER), packed, ...crcAndSize]);
  try {
    return await inflate(gzip, { format: "gzip", maxBytes: sizeBytes, likelyBytes: sizeBytes });
  } catch (cause) {
    throw new Error(
      `${place} is damaged, or unpacks to another size than the ${sizeBytes} bytes that the file says`,
      { cause },
    );
  }
}

function slice(view: DataView, offset: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}
