// Nothing that a lab's files are called, and nothing in them, commands the terminal or turns its lines around.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ARTIFACTS, summarizeMetadata, VELOCITY_EVENTS_SCHEMA } from "@kym/kym-schema";
import { writeImageJTiff } from "@kym/legacy-io/tiff";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { printable } from "../../src/screen/printable.ts";
import { kym } from "../support/kym.ts";

/** A colour, a bell, a control sequence in one byte, text from right to left, an isolate, a mark, a line separator. */
const HOSTILE = "a\u001b[31mb\u0007c\u009b2Jd\u202ee\u2066f\u200fg\u2028h";
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
/** What kym writes itself on a terminal: other colours than that of the files, and the line of progress. */
const OWN = /\p{Cc}\[(?!31m)[\d;]*m|\p{Cc}{2}\[2K/gu;
const DATASET = `s${HOSTILE}.zarr`;
let cwd = "";

/** Makes a study whose every name and word is hostile. */
async function makeStudy(): Promise<void> {
  cwd = await mkdtemp(join(tmpdir(), "kym-hostile-"));
  const folder = join(cwd, `lab/${HOSTILE}`);
  await mkdir(folder, { recursive: true });
  for (const stem of [`${HOSTILE}1`, `${HOSTILE}2`]) {
    const data = Uint8Array.from({ length: 200 });
    await writeFile(join(folder, `${stem}.tif`), writeImageJTiff({ dtype: "uint8", shape: [20, 10], data }));
    const texts = { condition: HOSTILE, treatment: HOSTILE, note: HOSTILE, date: HOSTILE };
    await writeFile(join(folder, `${stem}.json`), JSON.stringify({ experiment_metadata: texts }));
  }
  await writeFile(join(folder, `${HOSTILE}3.tif`), "broken");
  await kym(["ingest", "lab", DATASET], { cwd });
  await using dataset = await openLocalDataset(join(cwd, DATASET), { summarize: summarizeMetadata });
  for (const id of await dataset.listImageIds()) {
    const record = dataset.record(id);
    const stored = JSON.parse((await record.loadJsonText(ARTIFACTS.metadata)).text);
    const roi = { roi_id: 1, roi_type: "rect", version: "1.0", channel: 1, z: 0, revision: 0, meta: {} };
    const data = { dim0_start: 0, dim0_stop: 9, dim1_start: 0, dim1_stop: 9 };
    await record.saveJson(ARTIFACTS.metadata, {
      ...stored,
      rois: [{ ...roi, name: HOSTILE, note: HOSTILE, data }],
    });
    await record.saveJson("extra", { [HOSTILE]: HOSTILE });
    const event = {
      roi_id: 1n,
      event_id: HOSTILE,
      t_start_s: 0.1,
      t_end_s: 0.2,
      event_type: HOSTILE,
      channel: 1n,
    };
    await record.saveParquet(ARTIFACTS.events, [{ ...event, user_type: HOSTILE, [HOSTILE]: HOSTILE }], {
      schema: { columns: [...VELOCITY_EVENTS_SCHEMA.columns, { name: HOSTILE, type: "utf8" }] },
    });
    await record.updateAttributes({ tiff_warnings: [HOSTILE] });
  }
  await kym(["index", DATASET], { cwd });
}

const IMAGE = `${HOSTILE}1`;
const LINES: readonly (readonly string[])[] = [
  ["ls", DATASET],
  ["ls", DATASET, "--json"],
  ["ls", DATASET, "--columns", "rel_path,note,date"],
  ["ls", DATASET, "--format", "csv"],
  ["ls", DATASET, "--where", HOSTILE],
  ["ls", DATASET, "--columns", HOSTILE],
  ["ls", `${DATASET}x`],
  ["show", DATASET, IMAGE],
  ["show", DATASET, IMAGE, "--json"],
  ["show", DATASET, HOSTILE],
  ["show", DATASET, "nothing"],
  ["show", DATASET, `${HOSTILE}99`],
  ["plot", DATASET, IMAGE, "-o", `${HOSTILE}.svg`],
  ["plot", DATASET, IMAGE, "-o", HOSTILE],
  ["report", DATASET, "-o", `${HOSTILE}.html`],
  ["edit", DATASET, IMAGE, "--note", `${HOSTILE}new`, "-n"],
  ["edit", DATASET, "--where", "true", "--note", HOSTILE],
  ["edit", DATASET, IMAGE, `--${HOSTILE}`],
  ["roi", "list", DATASET, IMAGE],
  ["roi", "delete", DATASET, IMAGE, "1"],
  ["roi", "export", DATASET, IMAGE, "-"],
  ["roi", "import", DATASET, IMAGE, `${HOSTILE}.zip`],
  ["query", DATASET, "from kym_velocity_events"],
  ["query", DATASET, "describe kym_velocity_events"],
  ["query", DATASET, "from sources", "--format", "tsv"],
  ["query", DATASET, `select "${HOSTILE}x" from kym_velocity_events`],
  ["query", DATASET, `select ${HOSTILE}`],
  ["explain", DATASET],
  ["index", DATASET, "-n", "-v"],
  ["analyze", DATASET, "-n"],
  ["compare", DATASET],
  ["random", DATASET, "--by", "condition", "-o", "-"],
  ["random", DATASET, "--by", "condition", "--n", "9"],
  ["log", DATASET],
  ["diff", DATASET, "1"],
  ["check", DATASET],
  ["delete", DATASET, IMAGE, "-n"],
  ["refresh", DATASET, "lab", "-n", "-v"],
  ["ingest", "lab", `${DATASET}2`, "-v"],
  ["ingest", HOSTILE, DATASET],
  ["export", DATASET, `${HOSTILE}-out`],
  ["undo", DATASET, "-n"],
  ["adopt", DATASET, "-n"],
  ["gc", DATASET, "-n"],
  ["doctor", `lab/${HOSTILE}`],
  [HOSTILE],
];

/** In a pipe they say on stderr what they say on a terminal. */
const SLOW: ReadonlySet<string> = new Set([
  "plot",
  "report",
  "analyze",
  "check",
  "export",
  "ingest",
  "doctor",
]);

/** Of each command the first line, and in a pipe a few of them, as what is said on stderr is the same. */
const SOME: readonly (readonly string[])[] = LINES.filter(
  ([name], index) => LINES.findIndex(([other]) => other === name) === index,
);
const PIPED_IN_SHORT: ReadonlySet<string> = new Set(["show", "edit", "roi", HOSTILE]);

/** Runs lines of each command, or every line in both ways. */
export function checkHostileWords(share: "some" | "all"): void {
  beforeAll(makeStudy);
  afterAll(() => rm(cwd, { recursive: true, force: true }));
  const lines = share === "all" ? LINES : SOME;
  const piped = lines.filter(([name = ""]) => (share === "all" ? !SLOW.has(name) : PIPED_IN_SHORT.has(name)));

  it.each([
    ["in a pipe", undefined, [...piped, ["ls", DATASET, "--json"]]],
    ["on a terminal", 80, lines],
  ])("nothing that a command says %s is obeyed", { timeout: 60_000 }, async (_, columns, tried) => {
    const obeyed: string[] = [];
    for (const args of tried) {
      const { stdout, stderr } = await kym(args, { cwd, ...(columns !== undefined && { columns }) });
      // What goes through a pipe is data; only the objects of --json are the same for everyone.
      const isShown = columns !== undefined || args.includes("--json");
      const said = `${isShown ? stdout : ""}${stderr}`.replace(columns === undefined ? "" : OWN, "");
      const at = [...said].findIndex((one) => !"\n\t".includes(one) && OBEYED.test(one));
      if (at >= 0) {
        obeyed.push(
          `${printable(args.slice(0, 4).join(" "))}: ${JSON.stringify([...said].slice(at - 30, at + 8).join(""))}`,
        );
      }
    }
    expect(obeyed).toEqual([]);
  });
}
