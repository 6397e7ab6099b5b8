export interface ExportFolderOptions {
  /** Write pixels. Default true; without them the folder cannot be taken in again. */
  readonly includeTiff?: boolean | undefined;
  /** Write the pooled tables. Default true. */
  readonly includeTables?: boolean | undefined;
  /** Replace a folder that an earlier export wrote. Default false. */
  readonly overwrite?: boolean | undefined;
  readonly onEvent?:
    | ((event: { readonly imageId: string; readonly done: number; readonly total: number }) => void)
    | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ExportReport {
  readonly folder: string;
  readonly images: number;
  readonly tables: number;
  readonly files: number;
  readonly sizeBytes: number;
}
