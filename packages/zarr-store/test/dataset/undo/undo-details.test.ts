import fc from "fast-check";
import { expect, it } from "vitest";
import { UndoneVersions, undoDetails, undoesOf } from "../../../src/dataset/undo/undo-details.ts";

it("the details of an undo name the version, and nothing else counts as one", () => {
  expect(undoesOf({ details: undoDetails(7) })).toBe(7);
  for (const undoes of [0, -1, 1.5, "7", null, { version: 7 }, [7]]) {
    expect(undoesOf({ details: { undoes } })).toBeUndefined();
  }
  expect(undoesOf({})).toBeUndefined();
});

it("a commit is undone if a newer one that stands undoes it, however long the chain", () => {
  // What each record undoes: an older one, or nothing.
  const plan = fc.array(fc.option(fc.nat(), { nil: undefined }), { maxLength: 30 });
  fc.assert(
    fc.property(plan, (picks) => {
      const undoes = picks.map((pick, index) =>
        pick === undefined || index === 0 ? undefined : (pick % index) + 1,
      );
      const stands = (version: number): boolean =>
        !undoes.some((target, index) => target === version && stands(index + 1));
      const undone = new UndoneVersions();
      for (let version = picks.length; version > 0; version--) {
        const target = undoes[version - 1];
        const record = { version, ...(target !== undefined && { details: undoDetails(target) }) };
        expect(undone.visit(record) === undefined, `version ${version}`).toBe(stands(version));
      }
    }),
  );
});
