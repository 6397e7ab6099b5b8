// The lines of Python that open an image and a table of a packed file.

import { parseImageId } from "@kym/zarr-store";
import { pixelArray } from "@kym/zarr-store/layout";

/** Whether a dataset is a file by its name, as `kym pack` makes it. */
export function isPackedName(location: string): boolean {
  return /\.(zip|ozx)$/i.test(location);
}

/**
 * Lines for zarr-python's ZipStore, and pandas. Other programs open what `kym unpack` makes of the file.
 *
 * @param location the file
 * @param table the key of a table in it; undefined for a dataset without any
 * @param unpacking the command that unpacks it
 */
export function packedRecipes(
  location: string,
  imageId: string,
  table: string | undefined,
  unpacking: string,
): readonly string[] {
  const [file, array] = [location, pixelArray(parseImageId(imageId))].map((text) => JSON.stringify(text));
  const opening = `zipfile.ZipFile(${file}).open(${JSON.stringify(table)})`;
  return [
    `  Python   packed = zarr.storage.ZipStore(${file}, mode="r")`,
    `           zarr.open_array(packed, path=${array}, mode="r")[:]`,
    ...(table?.endsWith(".parquet") === true ? [`  pandas   pandas.read_parquet(${opening})`] : []),
    `  others   open the dataset that this makes: ${unpacking}`,
  ];
}
