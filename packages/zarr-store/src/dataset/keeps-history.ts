// Lets an image name objects of the history that it still needs.

/** Which objects of the history an image needs, whatever their age: those that one of its JSON artifacts names. */
export interface KeepsHistory {
  /** The name of the artifact. */
  readonly artifact: string;
  /**
   * The SHA-256 of each object that the artifact names, from its text. While it throws for any image, nothing is removed from
   * the history.
   */
  readonly hashesIn: (text: string) => readonly string[];
}
