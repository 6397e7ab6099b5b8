import { expect, it } from "vitest";
import { runKillTrial } from "./killed-ingest.ts";

it.each([0, 2])(
  "2 000 images, 1 % broken: the report is exact; killed ten times and rerun, the dataset is that of an undisturbed run; %i threads",
  async (threads) => {
    const trial = await runKillTrial({ images: 2000, kills: 10, threads });
    console.log(
      `killed ${trial.keptAfterKills.length} times, with ${trial.keptAfterKills.join(", ")} images in`,
    );
    const { report, lastReport, brokenPaths } = trial;
    expect(brokenPaths).toHaveLength(20);
    expect(report.failed.map(({ path }) => path).toSorted()).toEqual(brokenPaths.toSorted());
    expect([report.found, report.ingested.length, report.newImageIds.length]).toEqual([2000, 1980, 1980]);
    const rest = [report.unchanged, report.updated, report.skipped, report.orphans, report.conflicts];
    expect(rest).toEqual([[], [], [], [], []]);
    expect(trial.keptAfterKills).toHaveLength(10);
    expect(trial.keptAfterKills).toEqual(trial.keptAfterKills.toSorted((a, b) => a - b));
    expect(trial.undisturbed.images.size).toBe(1980);
    expect(trial.undisturbed).toMatchObject({ surplus: 0, problems: [] });
    expect(trial.killed).toEqual(trial.undisturbed);
    expect([lastReport.ingested.length + lastReport.unchanged.length, lastReport.failed]).toEqual([
      1980,
      report.failed,
    ]);
  },
  600_000,
);
