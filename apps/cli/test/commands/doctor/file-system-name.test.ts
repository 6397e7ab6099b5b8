import { expect, test } from "vitest";
import { fileSystemName } from "../../../src/commands/doctor/file-system-name.ts";

test("a file system is called by its name where its number is known", () => {
  expect(fileSystemName(0xef53, "linux")).toBe("ext4 (0xef53)");
  expect(fileSystemName(0xfe534d42, "linux")).toBe("SMB 2, a network share (0xfe534d42)");
});

test("a number that is unknown, or of another system, is shown as it is", () => {
  expect(fileSystemName(0x1234, "linux")).toBe("0x1234");
  expect(fileSystemName(0xef53, "darwin")).toBe("0xef53");
});
