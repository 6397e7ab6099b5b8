// The option by which several processes divide the work of a command, and its words.

import { createHash } from "node:crypto";
import { isOfShard, shardFault, type WorkShard } from "@kym/zarr-store/runtime";
import type { CommandContext, OptionValues } from "../../arguments/command.ts";
import { usageError } from "../../terminal/cli-error.ts";
import { schedulerShard } from "./scheduler-shard.ts";

/** The option of `ingest`, `refresh`, `analyze` and `index`. */
export const SHARD_OPTION = {
  shard: {
    value: "I/N",
    help: "do part I of N, counted from 0; auto: that of this task of a Slurm, SGE or AWS Batch array",
    neverFromEnvironment: true,
  },
} as const;

/** So long a shard waits for its turn to commit. It would otherwise give up after 2 min, and read its files again. */
const TURN_MS = 3_600_000;

/**
 * The part that the option asks for; undefined without the option. Only `auto` reads the environment.
 *
 * @throws {CliError} `usage`
 */
export function shardOf({
  options,
  environment,
}: Pick<CommandContext<OptionValues<typeof SHARD_OPTION>>, "options" | "environment">):
  | WorkShard
  | undefined {
  const { shard: text } = options;
  if (text === undefined) {
    return undefined;
  }
  if (text === "auto") {
    return schedulerShard(environment);
  }
  const [, index = "", count = ""] = /^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (index === "" || count === "") {
    throw usageError(
      `--shard must be auto, or a part and the number of parts such as 0/16, not ${JSON.stringify(text)}`,
    );
  }
  const fault = shardFault(shard);
  if (fault !== undefined) {
    throw usageError(`--shard ${text}: ${fault}`);
  }
  return shard;
}

/** How a dataset is opened for a part: others commit to it at the same time. */
export function lockFor(shard: WorkShard | undefined): { readonly timeoutMs: number } | undefined {
  return shard && { timeoutMs: TURN_MS };
}

/** `shard 3/16` */
export function shardWords({ index, count }: WorkShard): string {
  return `shard ${index}/${count}`;
}

/** Whether an image is of a part; without one, each is. */
export function ownImageIds(shard: WorkShard | undefined): (imageId: string) => boolean {
  return (imageId) =>
    shard === undefined || isOfShard(shard, createHash("sha256").update(imageId).digest("hex"));
}
