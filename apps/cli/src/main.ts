#!/usr/bin/env node
import process from "node:process";
import { processHost } from "./process-host.ts";
import { runCommandLine } from "./run-command-line.ts";

process.exitCode = await runCommandLine(process.argv.slice(2), processHost());
