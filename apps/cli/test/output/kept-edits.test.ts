import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withKeptEdits } from "../../src/output/kept-edits.ts";
import { kym, kymJson } from "../support/kym.ts";

const NOTES = "images/one/analysis/notes.json";
const BY_HAND = '{"scored": "by hand"}';
const RESULT = { exitCode: 0, data: 1, text: "done" } as const;

describe("a command that finishes a commit over somebody's edit", () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-kept-"));
    const path = join(cwd, "d.zarr");
    await using dataset = await openLocalDataset(path);
    const image = { dtype: "uint8", shape: [4, 4], data: new Uint8Array(16) } as const;
    await (await dataset.addImage(image, { id: "one" })).saveJson("notes", { v: 1 });
    // A writer that dies as soon as its commit stands.
    const died = Promise.withResolvers<void>();
    const dying = await openLocalDataset(path, {
      lock: { disabled: true },
      onStep: (step) => {
        if (step === "committed") {
          died.resolve();
          return new Promise<never>(() => undefined);
        }
        return undefined;
      },
    });
    void dying.record("one").saveJson("notes", { v: 2 });
    await died.promise;
    await writeFile(join(path, NOTES), BY_HAND);
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const ADD = ["roi", "add", "d.zarr", "one", "--lines", "0:2", "--px", "0:2"];

  it("ends with 3 and names where the edit is", async () => {
    const { exitCode, stderr } = await kym(ADD, { cwd });
    const kept = /kept as (__staging\/obstacle-\S+)/.exec(stderr)?.[1] ?? "nowhere";
    expect(exitCode).toBe(3);
    expect(await readFile(join(cwd, "d.zarr", kept), "utf8")).toBe(BY_HAND);
    expect((await kym(["check", "d.zarr"], { cwd })).exitCode).toBe(0);
  });

  it("says it in the warnings of --json", async () => {
    const { warnings } = await kymJson(ADD, { cwd });
    expect(warnings).toEqual([expect.stringMatching(`^${NOTES} was changed .* kept as __staging/obst`)]);
  });
});

it("a failure stays what it is, a deletion says that the file stays, and a blind scorer sees no name", () => {
  const edits = [{ path: NOTES, keptAs: NOTES }];
  expect(withKeptEdits({ ...RESULT, exitCode: 4 }, edits, false)).toMatchObject({
    exitCode: 4,
    warnings: [expect.stringMatching(/while it was deleted: the file stays$/)],
  });
  expect(withKeptEdits(RESULT, edits, true).shortWarnings).toEqual([
    "1 file was changed by another program meanwhile",
  ]);
  expect(withKeptEdits(RESULT, [], false)).toBe(RESULT);
});
