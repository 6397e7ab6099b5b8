// A program that runs commands in turn in one process, for tests of other packages: node kym-in-turn.ts FOLDER JSON…
import process from "node:process";
import { runCommandLine } from "../../src/run-command-line.ts";
import { testHost } from "./test-host.ts";

const [cwd = "", ...commands] = process.argv.slice(2);
for (const command of commands) {
  const host = testHost({ cwd });
  const exitCode = await runCommandLine(JSON.parse(command), host);
  console.log(JSON.stringify({ exitCode, ...host.written }));
}
