// Names that look the same and differ in how their accents are composed: macOS writes NFD, Windows and Linux mostly NFC.
import { expect, test } from "vitest";
import { bundleFiles, type FolderFiles } from "../../src/folder/bundle-files.ts";
import { decideFileRoles } from "../../src/folder/sidecar-name.ts";
import { sidecarsOfImage } from "../../src/folder/sidecars-of-image.ts";

const nfc = (name: string): string => name.normalize("NFC");
const nfd = (name: string): string => name.normalize("NFD");
const IMAGE = nfd("Saliné_0001.tif");

function rolesOf(names: readonly string[], folder = "day"): Readonly<Record<string, unknown>> {
  return Object.fromEntries(decideFileRoles(folder, names));
}

test("a header and a JSON in NFC belong to the TIFF in NFD, and the other way round", () => {
  const files = [nfc("Saliné_0001.txt"), nfc("Saliné_0001.json"), nfc("Saliné_0001.qc__x.csv")];
  expect(Object.values(rolesOf([IMAGE, ...files])).slice(1)).toEqual([
    { role: "sidecar", image: IMAGE, kind: "olympus_header" },
    { role: "sidecar", image: IMAGE, kind: "classic_json" },
    { role: "sidecar", image: IMAGE, kind: "artifact", artifact: "qc/x", format: "csv" },
  ]);
  const composed = nfc(IMAGE);
  expect(rolesOf([composed, nfd("Saliné_0001.txt")])[nfd("Saliné_0001.txt")]).toEqual({
    role: "sidecar",
    image: composed,
    kind: "olympus_header",
  });
});

test("the exact spelling wins, and the other file of the same look is named and left alone", () => {
  const [exact, other] = [nfd("Saliné_0001.txt"), nfc("Saliné_0001.txt")];
  const roles = rolesOf([IMAGE, other, exact]);
  expect(roles[exact]).toMatchObject({ role: "sidecar", kind: "olympus_header" });
  expect(roles[other]).toEqual({ role: "unrecognised" });
});

test("where two images or two files are left, none is guessed", () => {
  // U+212B and U+00C5 are one letter under NFC, and so is A with a ring.
  const images = ["\u212b.tif", "A\u030a.tif"];
  expect(rolesOf([...images, "\u00c5.txt"])["\u00c5.txt"]).toEqual({ role: "unrecognised" });
  const roles = rolesOf(["\u00c5.tif", "\u212b.txt", "A\u030a.txt"]);
  expect([roles["\u212b.txt"], roles["A\u030a.txt"]]).toEqual([
    { role: "unrecognised" },
    { role: "unrecognised" },
  ]);
});

test("two TIFFs that look the same are two images, each with its own files", () => {
  const names = [nfc, nfd].flatMap((form) => [form("é.tif"), form("é.txt")]);
  const roles = rolesOf(names);
  for (const form of [nfc, nfd]) {
    expect(roles[form("é.txt")]).toEqual({ role: "sidecar", image: form("é.tif"), kind: "olympus_header" });
  }
});

test("analyses in their folders are found as well, and a header of all channels", () => {
  const trace = nfc("flow-analysis/Saliné_0001_radon.csv");
  expect(rolesOf([IMAGE, trace])[trace]).toEqual({ role: "sidecar", image: IMAGE, kind: "radon_csv" });
  const gone = nfc("flow-analysis/é_radon.csv");
  expect(rolesOf([IMAGE, gone])[gone]).toEqual({ role: "orphan", stem: nfc("é"), kind: "radon_csv" });
  const channel = nfd("é_C001T001.tif");
  expect(rolesOf([channel, nfc("é.txt")])[nfc("é.txt")]).toEqual({
    role: "sidecar",
    image: channel,
    kind: "olympus_header",
  });
});

test("a folder of analyses is found whose name is composed otherwise", () => {
  const file = (relPath: string) => ({ path: `/lab/${relPath}`, relPath, sizeBytes: 1, mtimeNs: 0n });
  const folder = nfd("Tagé");
  const analyses = `${folder}/${nfc("Tagé-analysis")}`;
  const folders: readonly FolderFiles[] = [
    { folder, folderName: folder, files: [file(`${folder}/a.tif`)] },
    { folder: analyses, folderName: nfc("Tagé-analysis"), files: [file(`${analyses}/a.csv`)] },
  ];
  expect(bundleFiles(folders, () => true).bundles).toMatchObject([{ sidecars: [{ kind: "v0_csv" }] }]);
});

test("opening one TIFF finds the files that are spelled otherwise", () => {
  const files = [IMAGE, nfc("Saliné_0001.txt"), nfc("Salinä_0001.txt")];
  expect(sidecarsOfImage(IMAGE, files)).toEqual([
    { fileName: nfc("Saliné_0001.txt"), kind: "olympus_header" },
  ]);
});

test("ROI files in NFC belong to the TIFF in NFD, as many as there are; of two that look the same, the exact one", () => {
  const [zip, roi, geoJson] = ["_RoiSet.zip", ".zip", ".geojson"].map((rest) => nfc(`Saliné_0001${rest}`));
  const exact = nfd("Saliné_0001_RoiSet.zip");
  const files = [zip ?? "", roi ?? "", geoJson ?? ""];
  const roles = rolesOf([IMAGE, ...files, "RoiSet.zip"]);
  expect([...files, "RoiSet.zip"].map((file) => roles[file])).toEqual([
    { role: "sidecar", image: IMAGE, kind: "imagej_rois" },
    { role: "sidecar", image: IMAGE, kind: "imagej_rois" },
    { role: "sidecar", image: IMAGE, kind: "geojson_rois" },
    { role: "sidecar", image: IMAGE, kind: "imagej_rois" },
  ]);
  const both = rolesOf([IMAGE, ...files, exact]);
  expect(both[exact]).toEqual({ role: "sidecar", image: IMAGE, kind: "imagej_rois" });
  expect(both[zip ?? ""]).toEqual({ role: "unrecognised" });
  expect(both[roi ?? ""]).toEqual({ role: "sidecar", image: IMAGE, kind: "imagej_rois" });
});
