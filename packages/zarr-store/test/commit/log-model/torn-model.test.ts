import { describe, expect, it } from "vitest";
import { exploreTorn, type TornRules } from "./torn-model.ts";

const GOOD = { hidden: 0, forked: 0, stuck: 0 };

function explored(rules: TornRules): Omit<ReturnType<typeof exploreTorn>, "states"> {
  const { states, ...found } = exploreTorn(rules);
  console.log(
    `${rules.writers} writers, ${rules.claim}, ${rules.settle}: ${states} states, ${JSON.stringify(found)}`,
  );
  expect(states).toBeGreaterThan(20);
  return found;
}

describe.each([2, 3])("a last record that is cut off, and %i writers that may sleep", (writers) => {
  it("is removed as a file: no claim by a folder is lost", () => {
    expect(explored({ settle: "removes", claim: "folder", writers })).toEqual(GOOD);
  });

  it.each<Omit<TornRules, "writers">>([
    { settle: "renames", claim: "folder" },
    { settle: "renames", claim: "link" },
    { settle: "removes", claim: "link" },
  ])("the model sees that a sleeper that $settle what has the name takes a claim by $claim away", (rules) => {
    expect(explored({ ...rules, writers }).hidden).toBeGreaterThan(0);
  });
});
