// Opens a measurement unit of a MESc file: its attributes and the arrays of its channels.

import { type Hdf5Attributes, numberOfAttribute, readAttributes } from "./hdf5/attributes.ts";
import { type Hdf5Dataset, isHdf5Dataset, openHdf5Dataset } from "./hdf5/dataset.ts";
import { isGroup, readLinks } from "./hdf5/group-links.ts";
import type { Hdf5File } from "./hdf5/hdf5-file.ts";
import { readObject } from "./hdf5/object-header.ts";

const CHANNEL = /^Channel_(\d{1,9})$/;

/** An object whose name ends in a number. */
export interface Numbered {
  readonly name: string;
  readonly number: number;
  readonly address: number;
}

/** The objects of a group whose names match, by number. */
export async function numberedIn(
  file: Hdf5File,
  address: number,
  pattern: RegExp,
): Promise<readonly Numbered[]> {
  const group = await readObject(file, address);
  return isGroup(group) ? numberedOf(await readLinks(file, group), pattern) : [];
}

function numberedOf(links: ReadonlyMap<string, number>, pattern: RegExp): readonly Numbered[] {
  return [...links]
    .flatMap(([name, address]) => {
      const number = pattern.exec(name)?.[1];
      return number === undefined ? [] : [{ name, number: Number(number), address }];
    })
    .toSorted((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
}

export interface OpenedUnit {
  readonly path: string;
  readonly attributes: Hdf5Attributes;
  readonly shape: readonly number[];
  readonly channels: readonly number[];
  readonly datasets: readonly [Hdf5Dataset, ...Hdf5Dataset[]];
  readonly warnings: readonly string[];
}

/** The unit, or a text that says what it is if it has no arrays that belong together. */
export async function openUnit(file: Hdf5File, { name, address }: Numbered): Promise<OpenedUnit | string> {
  const group = await readObject(file, address);
  const links = isGroup(group) ? numberedOf(await readLinks(file, group), CHANNEL) : [];
  const attributes = await readAttributes(file, group);
  const datasets: Hdf5Dataset[] = [];
  const channels: number[] = [];
  for (const { number, address: at } of links) {
    const object = await readObject(file, at);
    if (isHdf5Dataset(object)) {
      datasets.push(await openHdf5Dataset(file, object));
      channels.push(number);
    }
  }
  const [first, ...more] = datasets;
  if (first === undefined) {
    return `the unit ${JSON.stringify(name)} without channels`;
  }
  const kindOf = ({ shape, type }: Hdf5Dataset): string =>
    `${type.kind}${8 * type.sizeBytes} ${shape.join(" \u00d7 ")}`;
  const others = more.filter((channel) => kindOf(channel) !== kindOf(first));
  if (others.length > 0) {
    return `the unit ${JSON.stringify(name)} (its channels differ: ${datasets.map(kindOf).join(", ")})`;
  }
  const planned = numberOfAttribute(attributes, "VecChannelsSize");
  const warnings =
    planned === undefined || planned === datasets.length
      ? []
      : [
          `${JSON.stringify(name)}: it says ${planned} channels (VecChannelsSize), and has ${datasets.length}`,
        ];
  return { path: name, attributes, shape: first.shape, channels, datasets: [first, ...more], warnings };
}
