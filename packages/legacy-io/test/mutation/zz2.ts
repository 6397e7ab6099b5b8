import { FUZZED_TIFF } from "./fuzzed-tiff.ts";
import { describeTally, fuzzParser } from "./fuzz-parsers.ts";
const t=await fuzzParser(FUZZED_TIFF, Number(process.argv[2]), Number(process.argv[3])); console.log(describeTally(t)); console.log(t.faults.slice(0,30).join("\n"));
