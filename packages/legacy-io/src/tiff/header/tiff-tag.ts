// Names the TIFF tags that this package reads.

/** Tag numbers by the names of TIFF 6.0 and its supplements. */
export const TIFF_TAG = {
  NewSubfileType: 254,
  ImageWidth: 256,
  ImageLength: 257,
  BitsPerSample: 258,
  Compression: 259,
  PhotometricInterpretation: 262,
  FillOrder: 266,
  ImageDescription: 270,
  StripOffsets: 273,
  Orientation: 274,
  SamplesPerPixel: 277,
  RowsPerStrip: 278,
  StripByteCounts: 279,
  XResolution: 282,
  YResolution: 283,
  PlanarConfiguration: 284,
  PageName: 285,
  ResolutionUnit: 296,
  Software: 305,
  Predictor: 317,
  TileWidth: 322,
  TileLength: 323,
  TileOffsets: 324,
  TileByteCounts: 325,
  SubIFDs: 330,
  ExtraSamples: 338,
  SampleFormat: 339,
  JPEGTables: 347,
  ImageDepth: 32997,
  /** MetaMorph: one value for each plane of a stack. */
  UIC2Tag: 33629,
  MM_Header: 34361,
  CZ_LSMINFO: 34412,
  GDAL_NODATA: 42113,
  LercParameters: 50674,
  ImageJMetadataByteCounts: 50838,
  ImageJMetadata: 50839,
} as const;

export type TiffTagName = keyof typeof TIFF_TAG;
