// Reads from the environment which task of an array a scheduler has started.

import type { WorkShard } from "@kym/zarr-store/runtime";
import { usageError } from "../../terminal/cli-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** How a scheduler tells a task its place in the array. */
interface Scheduler {
  readonly name: string;
  /** The variable that only a task of an array has. */
  readonly task: string;
  readonly shardOf: (environment: Environment) => WorkShard;
}

const SCHEDULERS: readonly Scheduler[] = [
  {
    name: "Slurm",
    task: "SLURM_ARRAY_TASK_ID",
    shardOf: (environment) => {
      const first = numberIn(environment, "SLURM_ARRAY_TASK_MIN");
      const count = numberIn(environment, "SLURM_ARRAY_TASK_COUNT");
      const last = isSet(environment, "SLURM_ARRAY_TASK_MAX")
        ? numberIn(environment, "SLURM_ARRAY_TASK_MAX")
        : first + count - 1;
      assertNoSteps("Slurm", environment, "SLURM_ARRAY_TASK_STEP");
      if (last - first + 1 !== count) {
        throw gapsError("Slurm", `${count} tasks from ${first} to ${last}`);
      }
      return placeIn("Slurm", numberIn(environment, "SLURM_ARRAY_TASK_ID") - first, count);
    },
  },
  {
    name: "SGE",
    task: "SGE_TASK_ID",
    shardOf: (environment) => {
      const first = numberIn(environment, "SGE_TASK_FIRST");
      const last = numberIn(environment, "SGE_TASK_LAST");
      assertNoSteps("SGE", environment, "SGE_TASK_STEPSIZE");
      return placeIn("SGE", numberIn(environment, "SGE_TASK_ID") - first, last - first + 1);
    },
  },
  {
    name: "AWS Batch",
    task: "AWS_BATCH_JOB_ARRAY_INDEX",
    shardOf: (environment) =>
      placeIn(
        "AWS Batch",
        numberIn(environment, "AWS_BATCH_JOB_ARRAY_INDEX"),
        numberIn(environment, "AWS_BATCH_JOB_ARRAY_SIZE"),
      ),
  },
];

const HINT = "or say the part yourself: --shard i/n, counted from 0";

/**
 * The part of the work of this task: Slurm's, SGE's or that of AWS Batch.
 *
 * @throws {CliError} `usage` where no array, or more than one, is in the environment, and for an array with gaps or steps: a part of the
 * work would be left out
 */
export function schedulerShard(environment: Environment): WorkShard {
  const found = SCHEDULERS.filter(({ task }) => isSet(environment, task));
  const [only, ...others] = found;
  if (only === undefined) {
    const tasks = SCHEDULERS.map(({ task }) => task).join(", ");
    throw usageError(
      `--shard auto is for a task of an array, and this is not one: ${tasks} are not set`,
      `start it as an array of Slurm (sbatch --array=0-15), of SGE (qsub -t 1-16) or of AWS Batch, ${HINT}`,
    );
  }
  if (others.length > 0) {
    const names = found.map(({ name }) => name).join(" and ");
    throw usageError(`--shard auto finds the arrays of ${names}, and cannot tell which counts`, HINT);
  }
  return only.shardOf(environment);
}

/** SGE sets the variables of an array to `undefined` outside of one. */
function isSet(environment: Environment, variable: string): boolean {
  const value = environment[variable] ?? "";
  return value !== "" && value !== "undefined";
}

function numberIn(environment: Environment, variable: string): number {
  const value = environment[variable] ?? "";
  if (!/^\d{1,9}$/.test(value)) {
    const found = value === "" ? "is not set" : `is ${JSON.stringify(value)}`;
    throw usageError(`--shard auto needs a whole number in ${variable}, which ${found}`, HINT);
  }
  return Number(value);
}

function assertNoSteps(scheduler: string, environment: Environment, variable: string): void {
  const step = isSet(environment, variable) ? numberIn(environment, variable) : 1;
  if (step !== 1) {
    throw gapsError(scheduler, `steps of ${step}`);
  }
}

function gapsError(scheduler: string, found: string): Error {
  return usageError(
    `--shard auto needs an array of ${scheduler} without gaps and steps, and this one has ${found}: a part of the work would be left out`,
    `number the tasks one by one, ${HINT}`,
  );
}

function placeIn(scheduler: string, index: number, count: number): WorkShard {
  if (count < 1 || index < 0 || index >= count) {
    throw usageError(
      `--shard auto finds task ${index}, counted from 0, of an array of ${scheduler} with ${count}: there is no such task`,
      HINT,
    );
  }
  return { index, count };
}
