/** The kinds of selection that a `.roi` file can say it holds. */
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

/** What a selection really is where its type only says how it is stored. */
export type ImageJSubtype = "text" | "arrow" | "ellipse" | "image" | "rotated_rect";

/** A position in ImageJ's pixels: x counts columns, y rows. */
export interface ImageJPoint {
  readonly x: number;
  readonly y: number;
}

/** In ImageJ's pixels, fractions allowed. */
export interface ImageJBounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where in a stack, each counted from 1; 0 where it is not said. `slice` is that of a stack without dimensions. */
export interface ImageJPosition {
  readonly slice: number;
  readonly c: number;
  readonly z: number;
  readonly t: number;
}

/** Something that a file says and that has no place in a ROI of this package. */
export interface ImageJIgnored {
  /** Such as `stroke_width`, `stroke_color`, `fill_color`, `group`, `properties_length`. */
  readonly what: string;
  readonly value: number | string;
}

/** What a `.roi` file says, in ImageJ's own terms. */
export interface ImageJRoi {
  readonly type: ImageJRoiType;
  readonly subtype?: ImageJSubtype;
  /** Several outlines in one; `coordinates` are empty. */
  readonly isComposite: boolean;
  /** Absent where the file has none: ImageJ then uses the file's. */
  readonly name?: string;
  /** As stored for a type without coordinates, else what encloses these. */
  readonly bounds: ImageJBounds;
  /** A line's two ends, or an outline's points; empty for what is all in its bounds. */
  readonly coordinates: readonly ImageJPoint[];
  /** Whether positions were stored as floats rather than as 16-bit integers. */
  readonly isSubPixel: boolean;
  readonly position: ImageJPosition;
  /** What else the file says, each named. */
  readonly ignored: readonly ImageJIgnored[];
}
