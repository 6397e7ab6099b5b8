// `link-kym`: which file it writes, which it leaves alone, and that an undo removes it.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LinkRequest, linkKym } from "../../scripts/link-kym-file.ts";

const CLONE = join(import.meta.dirname, "../..");

describe("link-kym", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kym link "));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const request = (more: Partial<LinkRequest> = {}): LinkRequest => ({
    clone: CLONE,
    folder: join(folder, "bin"),
    isWindows: false,
    path: "/usr/bin",
    isUndo: false,
    ...more,
  });

  it("writes one link, says where and how to undo it, and writes it again when the clone has moved", () => {
    const file = join(folder, "bin/kym");
    const first = linkKym(request({ clone: join(folder, "gone") }));
    expect(first).toEqual({
      isDone: true,
      lines: [
        `wrote ${file}, which runs ${join(folder, "gone/kym")}`,
        "undo it with: npx -y pnpm@12 link-kym --undo",
        `${join(folder, "bin")} is not on your PATH yet`,
        `  echo 'export PATH="${join(folder, "bin")}:$PATH"' >> ~/.profile   # then log in again`,
      ],
    });
    const again = linkKym(request({ path: `/usr/bin:${join(folder, "bin")}` }));
    expect([again.lines.at(-1), readlinkSync(file)]).toEqual(["now type: kym --help", join(CLONE, "kym")]);
  });

  it("an undo removes the link, and says so when there is none", () => {
    linkKym(request());
    expect(linkKym(request({ isUndo: true })).lines).toEqual([`removed ${join(folder, "bin/kym")}`]);
    expect(existsSync(join(folder, "bin/kym"))).toBe(false);
    expect(linkKym(request({ isUndo: true }))).toMatchObject({
      isDone: true,
      lines: [`there is no ${join(folder, "bin/kym")}`],
    });
  });

  it.each([false, true])("leaves a program of another alone, with undo %s", (isUndo) => {
    const file = join(folder, "bin/kym");
    mkdirSync(join(folder, "bin"));
    writeFileSync(file, "another program");
    expect(linkKym(request({ isUndo }))).toMatchObject({ isDone: false });
    expect(readFileSync(file, "utf8")).toBe("another program");
    rmSync(file);
    mkdirSync(join(folder, "elsewhere"));
    writeFileSync(join(folder, "elsewhere/kym"), "");
    symlinkSync(join(folder, "elsewhere/kym"), file);
    expect(linkKym(request({ isUndo }))).toMatchObject({ isDone: false });
    expect(readlinkSync(file)).toBe(join(folder, "elsewhere/kym"));
  });

  it("writes a kym.cmd on Windows that calls the one of the clone", () => {
    const windows = request({ clone: "C:\\my clone", isWindows: true });
    linkKym(windows);
    const file = join(folder, "bin/kym.cmd");
    expect(readFileSync(file, "utf8").split("\r\n")[1]).toBe('@"C:\\my clone\\kym.cmd" %*');
    linkKym({ ...windows, isUndo: true });
    expect(existsSync(file)).toBe(false);
  });
});
