// `kym check`: compares every file with the commit log, and repairs what a crash left half done.

import { PROVENANCE_HISTORY } from "@kym/kym-schema/keys";
import { type FaultyRead, findFaultyReads, type HealReport } from "@kym/legacy-io/node";
import type { CheckProblem, CheckReport, RepairReport } from "@kym/zarr-store";
import { checkLocalDataset, isZipLocation, openLocalDataset } from "@kym/zarr-store/node";
import { type Command, type CommandContext, defineCommand } from "../../arguments/command.ts";
import { locationOf, openStudy } from "../../study/open-study.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { startProgress } from "../../terminal/progress.ts";
import { counted, printable } from "../../terminal/text-table.ts";
import { parseCheckLevel } from "./check-level.ts";
import { faultLines, folderOf, groupByFault } from "./fault-lines.ts";
import { heal, healLines, requireOrigin } from "./heal.ts";
import { type TiffNote, tiffNotes } from "./tiff-notes.ts";

export const checkCommand: Command = defineCommand({
  usage: "check DATASET",
  description: `Compares every file with the commit log and lists files that are missing, damaged,
changed by another program, or unknown. Ends with 4 if there are problems.

It only reads, unless you give --repair: then it first finishes what a crash or a power
cut left half done.

A dataset records how writers claim its versions. After it was moved to a place where that
way does not work, writing is refused; --repair --claim records the way that works there.

--repair also makes the ledger of ingested files again if it is lost, and puts back what the
history still has. With --from FOLDER, it makes lost files of images again as well: FOLDER has
the TIFFs and sidecars that they came from, with the same hashes, or is a copy of the dataset.
It is only read.

It also notes the images that a reader with a known fault may have read wrong, from the
reader versions that each image records; kym refresh --again reads these images again.
It notes what was odd about the TIFFs that were read with a warning, too. Such a note is
not a problem, because the bytes are as they were stored. The level structure leaves them out.`,
  examples: [
    "kym check study.zarr",
    "kym check study.zarr --level structure",
    "kym check study.zarr --repair",
    "kym check study.zarr --repair --from ./kymographs",
    "kym check /media/stick/study.zarr --repair --claim",
  ],
  options: {
    level: {
      value: "X",
      help: "structure (no contents), data (all, the default), or a share of the data: 5% or 1/10",
    },
    repair: {
      help: "finish interrupted commits; never undoes a commit or invents lost data",
      neverFromEnvironment: true,
    },
    from: {
      value: "FOLDER",
      help: "with --repair: make lost files of images again from the lab's folder, or from a copy",
      neverFromEnvironment: true,
    },
    claim: {
      help: "with --repair: record how versions are claimed here, while nobody writes from another place",
      neverFromEnvironment: true,
    },
    "dry-run": { short: "n", help: "with --repair: only list the problems, and which of them it would mend" },
  },
  run: async (context) => {
    const [path = ""] = context.args;
    if (context.options["claim"] === true && context.options["repair"] !== true) {
      throw usageError("--claim changes the dataset: pass it with --repair");
    }
    const { from } = context.options;
    if (from !== undefined && context.options["repair"] !== true) {
      throw usageError("--from changes the dataset: pass it with --repair");
    }
    if (from !== undefined) {
      await requireOrigin(context, from);
    }
    const level = parseCheckLevel(context.options["level"]);
    const isRepair = context.options["repair"] === true && context.options["dry-run"] !== true;
    const repaired = isRepair ? await repair(context, path, from) : undefined;
    const progress = startProgress(context.terminal, "checked", context.progress);
    let report: CheckReport;
    try {
      report = await checkLocalDataset(locationOf(context, path), {
        level,
        keepsHistory: PROVENANCE_HISTORY,
        signal: context.signal,
        onProgress: ({ done, total, path: item }) => progress.update(done, total, item),
      });
    } finally {
      progress.end();
    }
    const { faulty, ofTiffs } =
      level === "structure" ? { faulty: [], ofTiffs: [] } : await lookAtImages(context, path, report);
    const { problems, checked, version } = report;
    const notes = [...report.notes, ...ofTiffs];
    const needs = (remedy: string): boolean => problems.some((problem) => problem.remedy === remedy);
    const readAgain = `kym refresh ${path} ${folderOf(faulty)} --again`;
    const next = needs("repair")
      ? `kym check ${path} --repair`
      : needs("adopt")
        ? `kym adopt ${path} --dry-run`
        : faulty.length > 0
          ? readAgain
          : undefined;
    const readers = groupByFault(faulty);
    return {
      exitCode: problems.length > 0 ? EXIT.problems : EXIT.ok,
      data: {
        ...{ problems, notes, readers, checked, version, level },
        ...(repaired && { repaired: repaired.actions, ...repaired.heal }),
      },
      text: textOf({ ...report, notes }, repaired, faultLines(readers, readAgain)),
      ...(next !== undefined && !(await isZipLocation(locationOf(context, path))) && { next }),
    };
  },
});

async function repair(
  context: CommandContext,
  path: string,
  from: string | undefined,
): Promise<RepairReport & { readonly heal: HealReport }> {
  const { signal } = context;
  await using dataset = await openStudy(context, path, "a");
  await dataset.assertExists();
  const report = await dataset.repair({ signal, claim: context.options["claim"] === true });
  if (report.problems.some(({ kind }) => kind === "log")) {
    return { ...report, heal: { healed: [], left: [] } };
  }
  // What is damaged shows only in the bytes.
  const { problems } = await dataset.check({ level: from === undefined ? "structure" : "data", signal });
  const lost = problems.filter(({ remedy }) => remedy === "restore").map((problem) => problem.path);
  return { ...report, heal: await heal(context, dataset, lost, from) };
}

interface LookedAt {
  /** The images that a reader with a known fault may have read. */
  readonly faulty: readonly FaultyRead[];
  /** What was odd about the TIFFs. */
  readonly ofTiffs: readonly TiffNote[];
}

/** Looks at what the images say of their files. A dataset that cannot be opened has problems enough. */
async function lookAtImages(
  context: CommandContext,
  path: string,
  { problems }: CheckReport,
): Promise<LookedAt> {
  try {
    // Without a logger: the check has said already what is wrong.
    await using dataset = await openLocalDataset(locationOf(context, path), { mode: "r" });
    return {
      faulty: await findFaultyReads(dataset, { signal: context.signal }),
      ofTiffs: await tiffNotes(dataset, context.signal),
    };
  } catch (error) {
    if (problems.length > 0 && !context.signal.aborted) {
      return { faulty: [], ofTiffs: [] };
    }
    throw error;
  }
}

/** What helps with a file that another program rewrote; the other verdicts have one remedy each. */
function helpOf({ kind, message, remedy }: CheckProblem): string {
  return kind !== "rewritten"
    ? ""
    : message.startsWith(LINE_ENDS)
      ? "; kym check --repair puts them back"
      : `; ${HELP[remedy]}`;
}

/** A file that differs in its line ends alone has nothing to keep. */
const LINE_ENDS = "only its line ends differ";

const HELP: Readonly<Record<CheckProblem["remedy"], string>> = {
  adopt: "kym adopt takes its attributes",
  repair: "kym check --repair puts the committed file back, and keeps this one",
  restore: "put the file back from a copy",
  move: "write it with a type that is read, and kym adopt accepts it",
};

/** Commits of one side that are shown; `--json` has all. */
const MOST_COMMITS = 10;

function historyLines({ here, there, onlyThere }: NonNullable<CheckProblem["histories"]>): readonly string[] {
  const side = (name: string, commits: readonly string[]): readonly string[] => [
    ...commits.slice(0, MOST_COMMITS).map((line) => `  ${name}: ${line}`),
    ...(commits.length > MOST_COMMITS ? [`  ${name}: and ${commits.length - MOST_COMMITS} more`] : []),
  ];
  return [
    ...side("the log", here),
    ...side("this file", there),
    ...onlyThere.map((line) => `  only there: ${line}`),
  ];
}

function textOf(
  {
    problems,
    notes,
    checked,
  }: Pick<CheckReport, "problems" | "checked"> & {
    readonly notes: readonly Pick<TiffNote, "path" | "message">[];
  },
  repaired: (RepairReport & { readonly heal: HealReport }) | undefined,
  ofReaders: readonly string[],
): string {
  const actions = repaired?.actions ?? [];
  const lines = [
    ...actions.map(({ kind, path }) => `repaired: ${kind.replaceAll("_", " ")}: ${path}`),
    ...(repaired === undefined ? [] : healLines(repaired.heal)),
    ...problems.flatMap((problem) => [
      `${problem.kind.replaceAll("_", " ")}: ${problem.path}: ${problem.message}${helpOf(problem)}`,
      ...(problem.histories === undefined ? [] : historyLines(problem.histories)),
    ]),
    ...notes.map(({ path, message }) => `note: ${path === "" ? "" : `${path}: `}${message}`),
    ...ofReaders,
    `checked ${counted(checked.objects, "object")}, read ${(checked.bytes / 1e6).toFixed(1)} MB: ${
      problems.length === 0 ? "no problems" : counted(problems.length, "problem")
    }`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join("");
}
