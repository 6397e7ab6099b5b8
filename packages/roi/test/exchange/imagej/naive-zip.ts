import { Buffer } from "node:buffer";
import { crc32, inflateRawSync } from "node:zlib";

/** Lists the entries of a zip from its last end record, with Node's zlib. A damaged entry has no bytes. */
export function naiveZip(
  bytes: Uint8Array,
): readonly { readonly name: string; readonly bytes?: Uint8Array }[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.lastIndexOf(Buffer.from("504b0506", "hex"));
  let at = file.readUInt32LE(end + 16);
  return Array.from({ length: file.readUInt16LE(end + 10) }, () => {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => file.readUInt16LE(at + field));
    const name = file.toString("utf8", at + 46, at + 46 + nameBytes!);
    const whole = bytesOf(file, at);
    at += 46 + nameBytes! + extraBytes! + commentBytes!;
    return { name, ...(whole && { bytes: whole }) };
  });
}

function bytesOf(file: Buffer, at: number): Uint8Array | undefined {
  try {
    const [crc, packedBytes, size, local] = [16, 20, 24, 42].map((field) => file.readUInt32LE(at + field));
    const start = local! + 30 + file.readUInt16LE(local! + 26) + file.readUInt16LE(local! + 28);
    const packed = file.subarray(start, start + packedBytes!);
    const whole =
      file.readUInt16LE(at + 10) === 0 ? packed : inflateRawSync(packed, { maxOutputLength: size! + 1 });
    return whole.length === size && crc32(whole) === crc ? whole : undefined;
  } catch {
    return undefined;
  }
}
