import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/bytes/crc32c.ts";

describe("checksums", () => {
  it.each([
    ["nothing", new Uint8Array(0), 0],
    ["123456789", new TextEncoder().encode("123456789"), 0xe3069283],
    ["32 zeros (RFC 3720, B.4)", new Uint8Array(32), 0x8a9136aa],
    ["32 ones (RFC 3720, B.4)", new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ["0 to 31 (RFC 3720, B.4)", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ])("CRC-32C of %s is the known one", (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});
