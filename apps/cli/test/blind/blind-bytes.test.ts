import { describe } from "vitest";
import { checkBlindBytes } from "./blind-bytes.ts";

describe("a lab's study, blind", () => checkBlindBytes("lab", "some"));
