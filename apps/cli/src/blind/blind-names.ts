// Blind names: what a scorer calls images whose files he must not know.

import type { ZarrDataset } from "@kym/zarr-store";

/** The text whose SHA-256 decides the place and the blind name of an image. */
export function placeText(seed: string, imageId: string): string {
  return `${seed}:${imageId}`;
}

/** Without letters that are read as digits, in the order of their codes. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
/** In front of each name, so that no spreadsheet takes `004512` or `12e345` for a number. */
const FIRST = "b";
/** Letters of a name after the first. With 1000 images, one seed in 2000 needs a longer name. */
const LEAST_LETTERS = 6;
/** From the first 80 bits of a hash. */
const MOST_LETTERS = 16;
/** The shortest beginning of a name or id that stands for it. */
const LEAST_TYPED = 4;

/** What stands for an image that is in no dataset any more, and so has no name. */
const GONE = "(an image that is gone)";

/**
 * The blind names of the images of a dataset under one seed, such as `b7k3m9q`.
 *
 * A name is the beginning of the SHA-256 of `SEED:ID` in 32 letters, so it depends on the seed and the image alone: it stays
 * when other images come or go, says nothing of when or from where the image came, and sorts as `kym random` draws. Two
 * images whose hashes begin alike get longer names.
 */
export class BlindNames {
  readonly seed: string;
  readonly #names: ReadonlyMap<string, string>;
  readonly #ids: ReadonlyMap<string, string>;

  /** @param hashes the SHA-256 of {@link placeText} as hexadecimal digits, by image id */
  constructor(seed: string, hashes: ReadonlyMap<string, string>) {
    this.seed = seed;
    const sorted = [...hashes].map(([id, hash]) => ({ id, letters: lettersOf(hash) }));
    sorted.sort((a, b) => (a.letters < b.letters ? -1 : 1));
    this.#names = new Map(
      sorted.map(({ id, letters }, at) => {
        const shared = [sorted[at - 1], sorted[at + 1]].map((other) =>
          other === undefined ? 0 : sharedLetters(letters, other.letters),
        );
        return [id, FIRST + letters.slice(0, Math.max(LEAST_LETTERS, ...shared.map((count) => count + 1)))];
      }),
    );
    this.#ids = new Map([...this.#names].map(([id, name]) => [name, id]));
  }

  /** The ids, in the order of their names: the order in which to score. */
  get imageIds(): readonly string[] {
    return [...this.#names.keys()];
  }

  /** The name of an image. An id that is not of this dataset is not given away. */
  of(imageId: string): string {
    return this.#names.get(imageId) ?? GONE;
  }

  /** The image that has exactly this name. */
  idOf(name: string): string | undefined {
    return this.#ids.get(name);
  }

  /**
   * The images that a word means: by its name or id, or else by the beginning of a name, or else of an id, of at least 4
   * characters.
   */
  find(word: string): readonly string[] {
    const typed = word.toLowerCase();
    const exact = this.#ids.get(typed) ?? (this.#names.has(word) ? word : undefined);
    if (exact !== undefined || word.length < LEAST_TYPED) {
      return exact === undefined ? [] : [exact];
    }
    const named = [...this.#ids].filter(([name]) => name.startsWith(typed)).map(([, id]) => id);
    return named.length > 0 ? named : [...this.#names.keys()].filter((id) => id.startsWith(word));
  }

  /** A text with names in place of the ids of images. */
  in(text: string): string {
    const unusual = [...this.#names.keys()].filter((id) => !IS_WORD.test(id));
    const others = unusual
      .sort((a, b) => b.length - a.length)
      .reduce((sofar, id) => sofar.replaceAll(id, () => this.of(id)), text);
    return others.replace(WORD, (word) => this.#names.get(word) ?? word);
  }

  /** The same in all texts of a value that JSON can hold; the keys of objects stay. */
  inData(value: unknown): unknown {
    if (typeof value === "string") {
      return this.in(value);
    }
    if (Array.isArray(value)) {
      return value.map((member) => this.inData(member));
    }
    return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, this.inData(member)]))
      : value;
  }
}

/** Whether a word has the form of a blind name. */
export function isBlindName(word: string): boolean {
  return /^b[0-9a-hjkmnp-tv-z]{6,16}$/.test(word);
}

const WORD = /[\w-]+(?:\.[\w-]+)*/g;
const IS_WORD = /^[\w-]+(?:\.[\w-]+)*$/;

/** The names of the images of a dataset, and of others that it had. */
export async function loadBlindNames(
  dataset: Pick<ZarrDataset, "runtime" | "listImageIds">,
  seed: string,
  others: Iterable<string> = [],
): Promise<BlindNames> {
  const ids = new Set([...(await dataset.listImageIds()), ...others]);
  return new BlindNames(seed, await placesOf(dataset, seed, ids));
}

/** The SHA-256 of {@link placeText} for each image. */
async function placesOf(
  { runtime }: Pick<ZarrDataset, "runtime">,
  seed: string,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const encoder = new TextEncoder();
  return new Map(
    await Promise.all(
      [...ids].map(async (id) => [id, await runtime.sha256(encoder.encode(placeText(seed, id)))] as const),
    ),
  );
}

function lettersOf(hash: string): string {
  const digits = BigInt(`0x${hash.slice(0, (MOST_LETTERS * 5) / 4)}`)
    .toString(LETTERS.length)
    .padStart(MOST_LETTERS, "0");
  return [...digits].map((digit) => LETTERS[Number.parseInt(digit, LETTERS.length)]).join("");
}

function sharedLetters(a: string, b: string): number {
  let count = 0;
  while (count < a.length && a[count] === b[count]) {
    count++;
  }
  return count;
}
