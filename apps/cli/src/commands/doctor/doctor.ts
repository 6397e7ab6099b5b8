// `kym doctor`: prints the facts that a bug report needs.

import { availableParallelism, release, totalmem } from "node:os";
import process from "node:process";
import { type Command, defineCommand } from "../../arguments/command.ts";
import { kymVersion } from "../../kym-version.ts";
import { EXIT } from "../../terminal/exit-code.ts";
import { printable } from "../../terminal/text-table.ts";
import { fileSystemName } from "./file-system-name.ts";
import { type FolderProbe, probeFolder } from "./probe-folder.ts";

export const doctorCommand: Command = defineCommand({
  usage: "doctor [FOLDER]",
  description: `Prints the facts that a bug report needs: versions, the machine, and what the file
system of a folder can do. Nothing is sent anywhere. Ends with 4 if a dataset cannot be
written safely in that folder.`,
  examples: ["kym doctor .", "kym doctor /mnt/lab --json"],
  options: {},
  run: async (context) => {
    const folder = await probeFolder(context.resolvePath(context.args[0] ?? "."));
    const problems = problemsOf(folder);
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
      `         file system ${fileSystemName(Number(folder.fileSystemType), process.platform)}, ${gigabytes(folder.freeBytes)} free`,
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
          hard_links: folder.hasHardLinks ?? null,
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

function problemsOf({ isWritable, hasHardLinks }: FolderProbe): readonly string[] {
  if (!isWritable) {
    return ["the folder is read-only: datasets there can be read but not changed"];
  }
  return hasHardLinks === false
    ? ["no hard links: only the writer lock protects commits, so let one program write at a time"]
    : [];
}

function abilitiesOf({ isWritable, hasHardLinks, isCaseSensitive, fsyncMs }: FolderProbe): readonly string[] {
  return isWritable
    ? [
        `hard links: ${hasHardLinks === true ? "yes" : "no"}`,
        `names that differ in case only: ${isCaseSensitive === true ? "two files" : "one file"}`,
        `a small file reaches the disk in ${(fsyncMs ?? 0).toFixed(1)} ms`,
      ]
    : [];
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
