// Loads libjpeg-turbo, built as WebAssembly by the Cornerstone project, with the first JPEG.

/** The part of the module's decoder that is used. It keeps its input and its output in memory of its own. */
interface JpegDecoder {
  /** Makes room for the data and returns it. */
  getEncodedBuffer(sizeBytes: number): Uint8Array;
  /** Throws a number, the address of an exception, for damaged data. */
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: number };
}

/** The module as its package gives it: it brings no types. */
interface JpegModule {
  readonly JPEGDecoder: new () => JpegDecoder;
  readonly HEAPU8: Uint8Array;
}

/** Beyond this the memory of the module is given back: WebAssembly memory never shrinks. */
const MAX_KEPT_BYTES = 2 ** 27;

let loaded: Promise<{ readonly module: JpegModule; readonly decoder: JpegDecoder }> | undefined;

/** Decodes one JPEG to samples of 8 bits, pixel by pixel, in the colours that its markers say. */
export async function decodeWithLibjpegTurbo(bytes: Uint8Array): Promise<Uint8Array> {
  loaded ??= load();
  const { module, decoder } = await loaded;
  try {
    decoder.getEncodedBuffer(bytes.byteLength).set(bytes);
    decoder.decode();
    const decoded = decoder.getDecodedBuffer().slice();
    if (module.HEAPU8.byteLength > MAX_KEPT_BYTES) {
      loaded = undefined;
    }
    return decoded;
  } catch (cause) {
    // After an exception the decoder is in no known state.
    loaded = undefined;
    throw cause instanceof Error ? cause : new Error("libjpeg-turbo cannot decode it");
  }
}

async function load(): Promise<{ readonly module: JpegModule; readonly decoder: JpegDecoder }> {
  const loading: Promise<{ readonly default: () => Promise<JpegModule> }> = import(
    // @ts-expect-error The package brings no types.
    "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs"
  );
  const module = await (await loading).default();
  return { module, decoder: new module.JPEGDecoder() };
}
