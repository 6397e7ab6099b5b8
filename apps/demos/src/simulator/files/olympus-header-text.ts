// Writes the text header that an Olympus FluoView microscope exports beside a TIFF.

import type { PlannedScan } from "../plan-lab-folder.ts";
import { secondsPerLine, statedCalibration, umPerPx } from "../scan-geometry.ts";

type Section = readonly [name: string, entries: readonly (readonly [key: string, value: string])[]];

/**
 * Writes the header of a scan in ASCII: one quoted key and value per line, separated by a tab, lines ending in CRLF.
 */
export function olympusHeaderText(scan: PlannedScan): string {
  return sectionsOf(scan)
    .flatMap(([name, entries]) => [[`[${name}]`, ""] as const, ...entries])
    .map(([key, value]) => `"${key}"\t"${value}"\r\n`)
    .join("");
}

function sectionsOf(scan: PlannedScan): readonly Section[] {
  const { lines, px, zoom } = scan.geometry;
  const stated = statedCalibration(scan.geometry);
  const stepUm = umPerPx(scan.geometry);
  const widthUm = (px * stepUm).toFixed(3);
  const durationMs = (1000 * lines * secondsPerLine(scan.geometry)).toFixed(3);
  const referenceUm = (512 * stepUm).toFixed(3);
  return [
    [
      "General",
      [
        ["Path", `D:/Users/demo/${scan.date} simulated ${scan.treatment}`],
        ["Name", `${scan.stem}.oir`],
        ["Scan Mode", "XT"],
        ["Date", olympusDate(scan.acquiredLocalEpochMs)],
        ["File Version", "2.1.2.3"],
        ["System Name", "FVMPE-RS"],
        ["System Version", "2.3.2.169"],
      ],
    ],
    [
      "Dimensions",
      [
        ["X Dimension", `${px}, 0.0 - ${widthUm} [um], ${stated.umPerPx.toFixed(3)} [um/pixel]`],
        ["Channel Dimension", "1 [Ch]"],
        ["T Dimension", `1, 0.000 - ${stated.durationS.toFixed(3)} [s], Interval FreeRun`],
      ],
    ],
    [
      "Image",
      [
        ["Primary Dimensions", "X * T"],
        ["Image Size", `${px} * ${lines} [pixel]`],
        ["Image Size(Unit Converted)", `${widthUm} [um] * ${durationMs} [ms]`],
      ],
    ],
    [
      "Reference Image",
      [
        ["Image Size", "512 * 512 [pixel]"],
        ["Image Size(Unit Converted)", `${referenceUm} [um] * ${referenceUm} [um]`],
      ],
    ],
    [
      "Acquisition",
      [
        ["Objective Lens", "XLPLN25XWMP2"],
        ["Objective Lens Mag.", "25.0X"],
        ["Objective Lens NA", "1.05"],
        ["Scan Device", "Galvano"],
        ["Scan Direction", "Oneway"],
        ["Sampling Speed", "2.0 [us/pixel]"],
        ["Sequential Mode", "None"],
        ["Integration Type", "None"],
        ["Integration Count", "0"],
        ["Region Mode", "Line"],
        ["Find Mode", "x1"],
        ["Rotation", "0.0 [deg]"],
        ["Pan X", "0.0 [um]"],
        ["Pan Y", "0.0 [um]"],
        ["Zoom", `x${zoom.toFixed(2).replace(/0$/, "")}`],
        ["ADM", "Empty"],
        ["MirrorTurret 1", "DM690"],
      ],
    ],
    [
      "Channel 1",
      [
        ["Channel Name", "RNDD2"],
        ["Dye Name", "FITC"],
        ["Emission WaveLength", "517 [nm]"],
        ["PMT Voltage", "550 [V]"],
        ["BF Name", "BA495-540"],
        ["Emission DM Name", "SDM570"],
        ["Bits/Pixel", "12 [bits]"],
        ["Laser Wavelength", "920 [nm]"],
        ["Laser Transmissivity", "2.4000000000000004 [%]"],
        ["Laser ND Filter", "None"],
      ],
    ],
  ];
}

/** Writes a time as `07/22/2025 12:13:14.620 PM`: month first, 12-hour clock, the microscope's time zone. */
function olympusDate(localEpochMs: number): string {
  const date = new Date(localEpochMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hour = date.getUTCHours();
  const day = `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${date.getUTCFullYear()}`;
  const ms = String(date.getUTCMilliseconds()).padStart(3, "0");
  const clock = `${two(hour % 12 === 0 ? 12 : hour % 12)}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}.${ms}`;
  return `${day} ${clock} ${hour < 12 ? "AM" : "PM"}`;
}
