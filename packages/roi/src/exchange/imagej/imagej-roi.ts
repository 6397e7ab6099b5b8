// What an ImageJ `.roi` file says, as types in ImageJ's own terms.

/** The types of selection in a `.roi` file. */
export type ImageJRoiType =
  | "polygon"
  | "rect"
  | "oval"
  | "line"
  | "freeline"
  | "polyline"
  | "none"
  | "freehand"
  | "traced"
  | "angle"
  | "point";

/** The real kind of a selection whose type only says how it is stored. */
export type ImageJSubtype = "text" | "arrow" | "ellipse" | "image" | "rotated_rect";

/** A position in ImageJ's pixels: x counts columns, y counts rows. */
export interface ImageJPoint {
  readonly x: number;
  readonly y: number;
}

/** A rectangle in ImageJ's pixels; fractions are allowed. */
export interface ImageJBounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The position in a stack. Each number counts from 1; 0 means not given. `slice` is used in stacks without
 * dimensions.
 */
export interface ImageJPosition {
  readonly slice: number;
  readonly c: number;
  readonly z: number;
  readonly t: number;
}

/** A field of the file for which a ROI of this package has no place. */
export interface ImageJIgnored {
  /** Its name, such as `stroke_width`, `stroke_color`, `fill_color`, `group`, `properties_length`. */
  readonly what: string;
  readonly value: number | string;
}

/** The content of a `.roi` file, in ImageJ's own terms. */
export interface ImageJRoi {
  readonly type: ImageJRoiType;
  readonly subtype?: ImageJSubtype;
  /** True for several outlines in one selection, which are in `rings`; `coordinates` is then empty. */
  readonly isComposite: boolean;
  /** The outlines of a composite, by the even–odd rule; a ring does not repeat its first point. Curves are 16 straight sides. */
  readonly rings?: readonly (readonly ImageJPoint[])[];
  /** The text of a text selection, at most 1000 characters. */
  readonly text?: string;
  /** Absent if the file has no name inside; ImageJ then uses the file's name. */
  readonly name?: string;
  /** The stored bounds for a type without coordinates; otherwise the bounds of the coordinates. */
  readonly bounds: ImageJBounds;
  /** The two ends of a line, or the points of an outline; empty for a selection that is given by its bounds. */
  readonly coordinates: readonly ImageJPoint[];
  /** True if positions were stored as floats, false if as 16-bit integers. */
  readonly isSubPixel: boolean;
  readonly position: ImageJPosition;
  /** Everything else in the file, by name. */
  readonly ignored: readonly ImageJIgnored[];
}
