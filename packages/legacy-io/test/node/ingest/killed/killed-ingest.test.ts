import { expect, it } from "vitest";
import { runKillTrial } from "./killed-ingest.ts";

it("40 images, one broken: the report is exact; killed once and rerun, the dataset is that of an undisturbed run", async () => {
  const trial = await runKillTrial({ images: 40, kills: 1 });
  expect(trial.brokenPaths).toHaveLength(1);
  expect(trial.report.failed.map(({ path }) => path)).toEqual(trial.brokenPaths);
  expect([trial.report.found, trial.report.ingested.length]).toEqual([40, 39]);
  expect(trial.keptAfterKills.length).toBeGreaterThan(0);
  expect(trial.undisturbed).toMatchObject({ surplus: 0, problems: [] });
  expect(trial.killed).toEqual(trial.undisturbed);
  expect(trial.lastReport.failed).toEqual(trial.report.failed);
});
