import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { commandLine, runKym } from "../../src/main-job/run-kym.ts";

describe("commandLine", () => {
  it("quotes what a shell would take apart", () => {
    expect(commandLine(["ingest", "./lab", "study.zarr"])).toBe("kym ingest ./lab study.zarr");
    expect(commandLine(["query", "a b.zarr", 'select "x", $1 from t'])).toBe(
      'kym query "a b.zarr" "select \\"x\\", \\$1 from t"',
    );
    expect(commandLine(["show", ""])).toBe('kym show ""');
  });
});

describe("runKym", () => {
  it("runs the command, and gives its exit code and both of its streams", async () => {
    const help = await runKym(["--help"], tmpdir());
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain("kym ingest");
    const typo = await runKym(["ingset"], tmpdir());
    expect([typo.exitCode, typo.stdout]).toEqual([2, ""]);
    expect(typo.shown).toContain("ingest");
  });
});
