import type { CsvTable, NdArray } from "@kym/zarr-store";
import type { ClassicJson } from "../formats/classic-json.ts";
import type { FlowAnalysis } from "../formats/flow-analysis.ts";
import type { OlympusHeader } from "../formats/olympus/olympus-header.ts";
import type { VelocityTrace } from "../formats/velocity-trace.ts";
import type { SourcedArtifact } from "./image-content.ts";

/** A sidecar as it was read: what it is, its bytes, and what it says if it could be understood. */
export interface ParsedSidecar {
  readonly relPath: string;
  readonly fileName: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly content: SidecarMeaning;
}

export type SidecarMeaning =
  | { readonly kind: "olympus_header"; readonly header: OlympusHeader }
  | { readonly kind: "classic_json"; readonly classic: ClassicJson }
  | { readonly kind: "radon_csv" | "kymanalysis_csv" | "v0_csv"; readonly trace: VelocityTrace }
  | { readonly kind: "radon_json" | "kymanalysis_json" | "events_json"; readonly analysis: FlowAnalysis }
  | { readonly kind: "json_artifact"; readonly name: string; readonly text: string }
  | { readonly kind: "table_artifact"; readonly name: string; readonly table: CsvTable }
  | { readonly kind: "parquet_artifact"; readonly name: string; readonly artifact: SourcedArtifact }
  | { readonly kind: "array_artifact"; readonly name: string; readonly array: NdArray }
  /** Kept as it came: what is not understood, with the reason. */
  | { readonly kind: "opaque"; readonly reason: string };
