// Finds out by its name which format read a sidecar of an image, for images without recorded readers.

import { decideFileRoles } from "../folder/sidecar-name.ts";
import type { SidecarFormat } from "../formats/sidecar-format.ts";

/**
 * Returns the name of the format of each sidecar, by its path. A file that no format reads is missing.
 *
 * `imagePath` and `paths` are absolute, of any operating system.
 */
export function readersOfSidecars(
  imagePath: string,
  paths: readonly string[],
  formats: readonly SidecarFormat[],
): ReadonlyMap<string, string> {
  const image = imagePath.replaceAll("\\", "/");
  const root = image.slice(0, image.lastIndexOf("/") + 1);
  const folderName = root.slice(root.lastIndexOf("/", root.length - 2) + 1, -1);
  const below = new Map(
    [imagePath, ...paths].flatMap((path): readonly (readonly [string, string])[] => {
      const plain = path.replaceAll("\\", "/");
      return plain.startsWith(root) ? [[plain.slice(root.length), path]] : [];
    }),
  );
  const names = new Map<string, string>();
  for (const [file, role] of decideFileRoles(folderName, [...below.keys()], formats)) {
    const path = below.get(file);
    const name = role.role === "sidecar" ? (role.format ?? role.kind) : undefined;
    if (path !== undefined && name !== undefined && formats.some((format) => format.name === name)) {
      names.set(path, name);
    }
  }
  return names;
}
