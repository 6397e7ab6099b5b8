import { it } from "vitest";
import { expectFewRequests } from "./few-requests.ts";

it(
  "opening one image of 10 000 after a checkpoint takes four requests",
  () => expectFewRequests(10_000),
  300_000,
);
