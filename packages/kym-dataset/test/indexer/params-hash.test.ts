import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { jsonText } from "@kym/zarr-store";
import { getMember, parseLossless, plainValue } from "@kym/zarr-store/json";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findSharedData } from "../../../../test/support/find-shared-data.ts";
import { paramsHash, stableJsonDumps } from "../../src/index.ts";
import { legacyRadonParamsHash } from "../../src/staleness/index.ts";

/** JSON text, and the digest that the Python system computes for it. */
const VECTORS: readonly (readonly [text: string, digest: string])[] = [
  ["{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"],
  ['{"threshold":0.2,"window":5}', "bdb824b54cfee56b70607dcd07a368810cc20340c374fdc41b0f4c02951a46bb"],
  ['{"a":1.0}', "c29a44abc114a1d75486434c013102c9e736f526b4fd19658d9492b7b224de6d"],
  ['{"a":1}', "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"],
  ['{"a":1e-07}', "e1403651919bd61fa087dcab8309b8fb903f2e3146e97bb449f167d227027fc5"],
  ['{"a":"é"}', "b3a092a6af48807fa9482b2ee140105575daa26d5b24b3c0e60a7e2dee6683b1"],
  ['{"ns":1771700000123456789}', "76cd38cc1274d47dcb444e8d84d24b226b9f20a6aa19687fe0f2e8bcdff7d325"],
  ['{"params":{},"rois":[]}', "c0ae19c7766913b594026b000a5bd8be8030dc8ceab032efe1318332cf900b2e"],
  ['{"\ufffd":2,"\u{1f600}":1}', "9fbfff35f05fb9c72de19e392d0a1b848acb4d6c42489709d709982d10dd883c"],
];

test.each(VECTORS)("ticket 18: %s has the digest that the Python system computed", (text, digest) => {
  expect(stableJsonDumps(jsonText(text))).toBe(text);
  expect(paramsHash(jsonText(text))).toBe(digest);
});

test("ticket 18: the order of keys and the white space of a text do not matter", () => {
  const digest = paramsHash({ threshold: 0.2, window: 5 });
  expect(paramsHash({ window: 5, threshold: 0.2 })).toBe(digest);
  expect(paramsHash(jsonText('{ "window": 5,\n "threshold": 2e-1 }'))).toBe(digest);
});

test("text and the value that is read from it hash alike, but for whole floats, which a value cannot tell from integers", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value, (_key, member) => (Object.is(member, -0) ? 0 : member));
      expect(paramsHash(jsonText(text))).toBe(paramsHash(plainValue(parseLossless(text))));
    }),
  );
  expect(paramsHash({ a: 1.0 })).toBe(paramsHash(jsonText('{"a":1}')));
  expect(paramsHash({ a: 1.0 })).not.toBe(paramsHash(jsonText('{"a":1.0}')));
  expect(paramsHash({ ns: 1771700000123456789n })).toBe(paramsHash(jsonText('{"ns":1771700000123456789}')));
});

test("a number's text and its value hash alike exactly if the text is an integer or the value no safe integer but −0", () => {
  const integerText = fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String);
  const digits = fc.nat(10 ** 9).map(String);
  const floatText = fc
    .tuple(
      fc.constantFrom("", "-"),
      digits,
      fc.option(digits),
      fc.option(fc.integer({ min: -320, max: 290 })),
    )
    .map(([sign, whole, fraction, exponent]) => {
      const base = sign + whole + (fraction === null ? "" : `.${fraction}`);
      return exponent === null && fraction === null
        ? `${base}.0`
        : base + (exponent === null ? "" : `e${exponent}`);
    });
  let alike = 0;
  let unlike = 0;
  fc.assert(
    fc.property(fc.oneof(integerText, floatText, fc.constantFrom("-0.0", "-0", "1.0", "1e3")), (text) => {
      const value = plainValue(parseLossless(text));
      const isInteger = /^-?\d+$/.test(text);
      const isLost = !isInteger && Number.isSafeInteger(value) && !Object.is(value, -0);
      expect(paramsHash({ a: value }) === paramsHash(jsonText(`{"a": ${text}}`))).toBe(!isLost);
      unlike += Number(isLost);
      alike += Number(!isLost);
    }),
    { numRuns: 2000 },
  );
  expect([alike > 100, unlike > 100]).toEqual([true, true]);
});

test("NaN is refused, with its path", () => {
  expect(() => paramsHash({ a: [1, Number.NaN] })).toThrow("$.a[1]");
});

test("the radon hash of version 0.1 covers params and ROI envelopes verbatim", () => {
  const roi = {
    roi_id: 1,
    roi_type: "rect",
    version: "1.0",
    name: "roi1",
    note: "",
    channel: 1,
    z: 0,
    data: { x0: 1, x1: 6, y0: 2, y1: 7 },
    meta: {},
  };
  expect(legacyRadonParamsHash({ window: 9, step: 2 }, [roi])).toBe(
    "8054990f7848cb8a4ade8f1ea3acf294850e15b64bd864c3f7f05ab04c0e06f3",
  );
  expect(legacyRadonParamsHash({}, [])).toBe(VECTORS[7]?.[1]);
});

const DATASET = findSharedData("python_v1/dataset.zarr/images");

describe.skipIf(DATASET === undefined)("the dataset of the Python system", () => {
  const images = DATASET ?? "";
  const truth: { hashes: Record<string, { velocity_events: string; radon: string }> } =
    DATASET === undefined
      ? { hashes: {} }
      : JSON.parse(readFileSync(join(images, "../../truth.json"), "utf8"));

  /** The text of a JSON artifact as that system stored it, gzipped or not; `{}` if there is no such artifact. */
  function readArtifact(imageId: string, name: string): string {
    const path = join(images, imageId, "analysis", `${name}.json`);
    if (existsSync(path)) {
      return readFileSync(path, "utf8");
    }
    return existsSync(`${path}.gz`) ? gunzipSync(readFileSync(`${path}.gz`)).toString("utf8") : "{}";
  }

  /** If the metadata are not JSON, that system had no ROIs. */
  function readRois(imageId: string): unknown {
    const text = readArtifact(imageId, "metadata");
    const rois = text.startsWith("{not json") ? undefined : getMember(parseLossless(text), "rois");
    return rois ?? [];
  }

  test.each(Object.entries(truth.hashes))(
    "hashes the params of image %s as that system did",
    (imageId, hashes) => {
      expect(paramsHash(jsonText(readArtifact(imageId, "velocity_events/params")))).toBe(
        hashes.velocity_events,
      );
      const params = jsonText(readArtifact(imageId, "radon/params"));
      expect(legacyRadonParamsHash(params, readRois(imageId))).toBe(hashes.radon);
    },
  );

  test("has five images", () => {
    expect(Object.keys(truth.hashes)).toHaveLength(5);
  });
});
