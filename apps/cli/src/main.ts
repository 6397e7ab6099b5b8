#!/usr/bin/env node
import process from "node:process";
import { endQuietlyOnClosedPipe } from "./terminal.ts";
import { runCommandLine } from "./run-command-line.ts";

endQuietlyOnClosedPipe();
process.exitCode = await runCommandLine(process.argv.slice(2));
