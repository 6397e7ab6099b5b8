// Writes the image in which the line of a scan was drawn, beside the scan, as acqstore has it.

import { ARTIFACTS } from "@kym/kym-schema";
import type { ZarrImageRecord } from "@kym/zarr-store";
import { encodeArrayObjects, planArrayWrite } from "@kym/zarr-store/array";
import { getMember, type JsonNode, plainValue } from "@kym/zarr-store/json";
import { ZARR_NODE_NAME } from "@kym/zarr-store/layout";
import { displayWindows } from "../../../export/ngff/display-window.ts";
import { groupNode, imageAttributes, levelPath } from "../../../export/ngff/ngff-documents.ts";
import { ngffLayout } from "../../../export/ngff/ngff-layout.ts";
import { reorderAxes } from "../../../tiff/axes/reorder-axes.ts";
import { nodeZstd } from "./write-levels.ts";

/** The folder of the reference below the image's group. */
export const REFERENCE_FOLDER = "reference";

const MICROMETRE = "\u00b5m";
const AXES: Readonly<Record<number, readonly string[]>> = { 2: ["y", "x"], 3: ["c", "y", "x"] };

/** The files of the reference by their path in the image's group; none if the image has none, or one without a plane. */
export async function writeReference(
  record: ZarrImageRecord,
  facts: JsonNode | undefined,
): Promise<readonly { readonly path: string; readonly bytes: Uint8Array }[]> {
  if (!(await record.listArrayArtifacts()).includes(ARTIFACTS.acqstoreReference)) {
    return [];
  }
  const array = await record.loadArrayArtifact(ARTIFACTS.acqstoreReference);
  const axes = AXES[array.shape.length];
  if (axes === undefined) {
    return [];
  }
  const scales = axes.map((axis) => (axis === "c" ? null : scaleOf(facts, `physical_unit_${axis}`)));
  const layout = ngffLayout(axes, scales);
  const image = reorderAxes(array, layout.order);
  const windows = displayWindows(image, axes.includes("c") ? 0 : undefined);
  const { ome } = imageAttributes({
    name: REFERENCE_FOLDER,
    imageId: record.id,
    axes: layout.axes,
    factors: [1],
    channels: windows.map((window, index) => ({ label: `channel ${index + 1}`, window })),
  });
  const files = [{ path: `${REFERENCE_FOLDER}/${ZARR_NODE_NAME}`, bytes: groupNode({ ome }) }];
  const plan = planArrayWrite(image, { axes: layout.axes.map(({ name }) => name) });
  for await (const { key, bytes } of encodeArrayObjects(plan, nodeZstd())) {
    files.push({ path: `${REFERENCE_FOLDER}/${levelPath(0)}/${key}`, bytes });
  }
  return files;
}

function scaleOf(
  facts: JsonNode | undefined,
  key: string,
): { readonly unit: string; readonly step: number } | null {
  const member = facts?.kind === "object" ? getMember(facts, key) : undefined;
  const step = member === undefined ? undefined : plainValue(member);
  return typeof step === "number" && step > 0 ? { unit: MICROMETRE, step } : null;
}
