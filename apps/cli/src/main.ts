#!/usr/bin/env node
// The program `kym`: runs the command line of this process.

import process from "node:process";
import { runCommandLine } from "./run-command-line.ts";
import { processHost } from "./terminal/process-host.ts";

process.exitCode = await runCommandLine(process.argv.slice(2), processHost());
