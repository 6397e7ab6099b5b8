// The axes that images of a lab get.

/** The axes of a line scan: rows are lines in time, columns are positions along the line. */
export const LINE_SCAN_AXES: readonly string[] = ["t", "x"];

/** Returns the axes of a lab's image. A two-dimensional image is a line scan, whatever its TIFF calls the axes. */
export function imageAxes(shape: readonly number[], axes: readonly string[]): readonly string[] {
  return shape.length === 2 ? LINE_SCAN_AXES : axes;
}
