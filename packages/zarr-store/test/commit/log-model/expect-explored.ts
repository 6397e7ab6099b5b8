import { expect } from "vitest";
import { exploreLog, type LogExploration, type LogScenario } from "./explore-log.ts";
import type { BrokenProtocol } from "./log-scenarios.ts";

/** Explores the protocol, prints the counts, and fails with what it loses, leaves, hides, forks or cannot go on from. */
export function expectNothingBad(scenario: LogScenario): LogExploration {
  const explored = exploreLog("full", scenario);
  const { states, cuts, ...bad } = explored;
  console.log(`${scenario.name}: ${states} states, ${cuts} disks after a power cut, ${JSON.stringify(bad)}`);
  expect(bad).toEqual({ lost: 0, stray: 0, unreadable: 0, forked: 0, stuck: 0 });
  return explored;
}

export function expectBad({ protocol, scenario, shows }: BrokenProtocol): void {
  const { states, cuts, ...bad } = exploreLog(protocol, scenario);
  console.log(`${protocol}: ${states} states, ${cuts} disks after a power cut, ${JSON.stringify(bad)}`);
  expect(bad[shows]).toBeGreaterThan(0);
}
