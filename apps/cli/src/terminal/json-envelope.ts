// The JSON object that a command prints with `--json`, for a result or an error.

import { serializeLossless } from "@kym/zarr-store/json";
import { printableJson } from "../screen/printable.ts";
import type { CliError } from "./cli-error.ts";

const SCHEMA_VERSION = 1;

/** `onOneLine` is for a command that prints an object per line. */
export function successEnvelope(
  kind: string,
  data: unknown,
  warnings: readonly string[],
  onOneLine = false,
): string {
  return write({ ok: true, kind, schemaVersion: SCHEMA_VERSION, data, warnings }, onOneLine);
}

export function errorEnvelope(kind: string, error: CliError, onOneLine = false): string {
  const { code, message, details, hint } = error;
  const common = { ok: false, kind, schemaVersion: SCHEMA_VERSION };
  return write({ ...common, error: code, message, details, hint: hint ?? null }, onOneLine);
}

/** 64-bit integers keep all digits, NaN and infinities become null, undefined members are left out. */
function write(value: unknown, onOneLine: boolean): string {
  return `${printableJson(serializeLossless(jsonValue(value), { indent: onOneLine ? 0 : 2 }))}\n`;
}

function jsonValue(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) {
    return null;
  }
  if (Array.isArray(value)) {
    return value.map(jsonValue);
  }
  if (value instanceof Error) {
    return value.message;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(
      ([, member]) => member !== undefined && typeof member !== "function",
    );
    return Object.fromEntries(members.map(([key, member]) => [key, jsonValue(member)]));
  }
  return value;
}
