// Searches every blind output of both studies.
import { describe } from "vitest";
import { checkBlindBytes } from "./blind-bytes.ts";

describe("all of a lab's study, blind", () => checkBlindBytes("lab", "all"));
describe("all of a dataset of the Python system, blind", () => checkBlindBytes("python", "all"));
