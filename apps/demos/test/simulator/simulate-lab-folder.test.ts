import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readStripTiff } from "../../../../test/support/read-strip-tiff.ts";
import { mean } from "../../src/simulator/analysis/mean.ts";
import { type SimulatedScan, simulateLabFolder } from "../../src/simulator/simulate-lab-folder.ts";
import { estimateVelocity } from "./estimate-velocity.ts";

let folder: string;
let lab: string;
let scans: readonly SimulatedScan[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-simulated-"));
  lab = join(folder, "lab");
  scans = await simulateLabFolder(lab);
});
afterAll(() => rm(folder, { recursive: true }));

async function hashTree(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.toSorted().map(async (file) => {
      const hash = createHash("sha256").update(await readFile(file));
      return `${file.slice(root.length + 1)} ${hash.digest("hex")}`;
    }),
  );
}

const named = (description: string): SimulatedScan =>
  scans.find(({ plan }) => plan.description === description)!;
const endings = ({ files, plan }: SimulatedScan): readonly string[] =>
  files.map((file) => file.replace(plan.folder, "").replace(plan.stem, ""));

describe("simulateLabFolder", () => {
  it("writes exactly the files that it says, in the lab's layout", async () => {
    const written = (await hashTree(lab)).map((line) => line.split(" ").slice(0, -1).join(" "));
    expect(written).toEqual(scans.flatMap(({ files }) => files).toSorted());
    expect(endings(named("with a stall"))).toEqual([
      "/.tif",
      "/.txt",
      "/.json",
      "/flow-analysis/_radon.csv",
      "/flow-analysis/_radon.json",
      "/flow-analysis/_events.json",
    ]);
  });

  it("leaves out what a lab leaves out", () => {
    expect(endings(named("no header: neither µm nor seconds"))).toEqual(["/.tif"]);
    expect(endings(named("never analysed"))).toEqual(["/.tif", "/.txt", "/.json"]);
    expect(endings(named("an analysis whose TIFF is gone"))).toEqual([
      "/flow-analysis/_radon.csv",
      "/flow-analysis/_radon.json",
    ]);
  });

  it("writes TIFFs and headers alone where only scans are asked for", async () => {
    const options = { imageCount: 8, lines: 64, px: 8, onlyScans: true, withTroubles: false };
    const written = await simulateLabFolder(join(folder, "scans"), options);
    expect(written.map(endings)).toEqual([...Array(7).fill(["/.tif", "/.txt"]), ["/.tif"]]);
  });

  it("breaks off one TIFF in the middle", async () => {
    const { plan, relPath } = named("the copy broke off");
    const { size } = await stat(join(lab, relPath));
    expect(size).toBeGreaterThan(1000);
    expect(size).toBeLessThan(2 * plan.geometry.lines * plan.geometry.px * 0.51);
  });

  it("writes the same bytes for the same seed, and others for another", async () => {
    const again = join(folder, "again");
    const other = join(folder, "other");
    await simulateLabFolder(again, { imageCount: 2 });
    await simulateLabFolder(other, { imageCount: 2, seed: "other" });
    const [first, second] = [await hashTree(again), await hashTree(other)];
    const inLab = new Set(await hashTree(lab));
    const saline = first.filter((line) => line.includes("_S31_0001") || line.includes("_S31_0002"));
    expect(saline.length).toBeGreaterThan(8);
    expect(saline.every((line) => inLab.has(line))).toBe(true);
    const otherScans = second.filter((line) => line.includes(".tif ") || line.includes("_radon.csv "));
    expect(otherScans).toHaveLength(6);
    expect(otherScans.filter((line) => inLab.has(line))).toEqual([]);
  });

  it("holds in its pixels the velocity that it says, measured by correlation, to three percent", async () => {
    const flowing = scans.filter(({ plan }) => plan.image === "whole" && plan.profile.stall === undefined);
    expect(flowing).toHaveLength(7);
    for (const { plan, relPath, rois } of flowing) {
      const truth = rois[0]?.meanMmPerS ?? plan.profile.meanMmPerS;
      const { data: pixels } = readStripTiff(await readFile(join(lab, relPath)));
      expect(Math.abs(estimateVelocity(plan.geometry, pixels) / truth - 1), relPath).toBeLessThan(0.03);
    }
  });

  it("measures in its traces the velocity that it says, to one percent", () => {
    const measured = scans.flatMap(({ rois }) => rois).filter(({ trace }) => trace !== undefined);
    expect(measured).toHaveLength(8);
    for (const { trace, meanMmPerS } of measured) {
      const usable = trace!.velocityMmPerS.filter((velocity) => Math.abs(velocity) <= 1e6);
      expect(Math.abs(mean(usable) / meanMmPerS - 1)).toBeLessThan(0.01);
    }
  });

  it("makes many small images quickly", async () => {
    const many = await simulateLabFolder(join(folder, "many"), {
      imageCount: 60,
      lines: 64,
      px: 8,
      withTroubles: false,
    });
    expect(many).toHaveLength(60);
    expect(new Set(many.map(({ plan }) => plan.folder)).size).toBe(15);
  });

  it("never overwrites, and stops when asked to", async () => {
    const taken = join(folder, "taken");
    await simulateLabFolder(taken, { imageCount: 1, lines: 64, px: 8, withTroubles: false });
    const [first] = scans;
    await writeFile(join(taken, first!.relPath), "precious");
    await expect(simulateLabFolder(taken, { imageCount: 1 })).rejects.toThrow("EEXIST");
    expect(await readFile(join(taken, first!.relPath), "utf8")).toBe("precious");
    const signal = AbortSignal.abort();
    await expect(simulateLabFolder(join(folder, "never"), { signal })).rejects.toThrow("aborted");
    await expect(stat(join(folder, "never"))).rejects.toThrow("ENOENT");
  });
});
