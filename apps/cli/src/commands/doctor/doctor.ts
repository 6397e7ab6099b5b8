// `kym doctor`: prints the facts that a bug report needs.

import { availableParallelism, release, totalmem } from "node:os";
import process from "node:process";
import { type CommitRecord, isZarrStoreError } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { kymVersion } from "../../kym-version.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import { fileSystemName } from "./file-system-name.ts";
import { type FolderProbe, probeFolder } from "./probe-folder.ts";
import { CLAIMS_IN_WORDS, problemsOf } from "./problems-of.ts";

export const doctorCommand: Command = defineCommand({
  usage: "doctor [FOLDER]",
  description: `Prints the facts that a bug report needs: versions, the machine, and what the file
system of a folder can do. Nothing is sent anywhere. Ends with 4 if a dataset cannot be
written safely in that folder.`,
  examples: ["kym doctor .", "kym doctor /mnt/lab --json"],
  options: {},
  namesNoScan: true,
  run: async (context) => {
    const folder = await probeFolder(context.resolvePath(context.args[0] ?? "."));
    const recorded = await recordedClaim(folder.path);
    const problems = problemsOf(folder, recorded);
    const machine = {
      kym: kymVersion(),
      node: process.version,
      system: `${process.platform} ${release()} ${process.arch}`,
      cpus: availableParallelism(),
      memory_bytes: totalmem(),
    };
    const lines = [
      `kym      ${machine.kym}`,
      `node     ${machine.node}`,
      `system   ${machine.system}, ${machine.cpus} CPUs, ${gigabytes(machine.memory_bytes)}`,
      `folder   ${folder.path}`,
      `         file system ${fileSystemName(Number(folder.fileSystemType), process.platform, folder.claims?.fileSystem)}, ${gigabytes(folder.freeBytes)} free`,
      ...abilitiesOf(folder).map((ability) => `         ${ability}`),
      ...problems.map((problem) => `problem  ${problem}`),
    ];
    return {
      exitCode: problems.length > 0 ? EXIT.problems : EXIT.ok,
      data: {
        ...machine,
        folder: {
          path: folder.path,
          writable: folder.isWritable,
          hard_links: folder.claims === undefined ? null : folder.claims.faults.link === undefined,
          claim: folder.claims?.method ?? null,
          recorded_claim: recorded ?? null,
          mount_type: folder.claims?.fileSystem ?? null,
          failed_steps: folder.failedSteps.map(({ step, found, isSpared }) => ({
            step,
            found,
            spared: isSpared,
          })),
          case_sensitive: folder.isCaseSensitive ?? null,
          fsync_ms: folder.fsyncMs ?? null,
          free_bytes: folder.freeBytes,
          file_system: folder.fileSystemType,
        },
        problems,
      },
      text: lines.map((line) => `${printable(line)}\n`).join(""),
    };
  },
});

/** How the dataset in a folder claims its versions; undefined without a dataset, and in one of an older version. */
async function recordedClaim(path: string): Promise<CommitRecord["claim"]> {
  let claim: CommitRecord["claim"];
  try {
    const dataset = await openLocalDataset(path, { mode: "r" });
    for await (const record of dataset.log()) {
      claim = record.claim ?? claim;
    }
  } catch (error) {
    if (!isZarrStoreError(error)) {
      throw error;
    }
  }
  return claim;
}

function abilitiesOf({
  isWritable,
  claims,
  failedSteps,
  isCaseSensitive,
  fsyncMs,
}: FolderProbe): readonly string[] {
  return isWritable && claims !== undefined
    ? [
        `hard links: ${claims.faults.link === undefined ? "yes" : "no"}`,
        `a new dataset claims its versions by ${claims.method === undefined ? "nothing that is safe" : CLAIMS_IN_WORDS[claims.method]}`,
        ...failedSteps
          .filter(({ isSpared }) => isSpared)
          .map(({ step, found }) => `cannot ${step} (${found}): a new image is put in place file by file`),
        `names that differ in case only: ${isCaseSensitive === true ? "two files" : "one file"}`,
        ...(fsyncMs === undefined ? [] : [`a small file reaches the disk in ${fsyncMs.toFixed(1)} ms`]),
      ]
    : [];
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
