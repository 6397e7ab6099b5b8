/** The axes of a line scan: rows are lines in time, columns are places along the line. */
export const LINE_SCAN_AXES: readonly string[] = ["t", "x"];

/** The axes of an image of a lab: a plane is a line scan, whatever its TIFF calls the axes. */
export function imageAxes(shape: readonly number[], axes: readonly string[]): readonly string[] {
  return shape.length === 2 ? LINE_SCAN_AXES : axes;
}
