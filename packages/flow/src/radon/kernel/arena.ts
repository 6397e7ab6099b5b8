// One piece of memory that both kernels work in, handed out from its start.

const PAGE_BYTES = 65_536;
const ALIGNMENT = 16;

/** Bytes that grow, whoever holds them. Growing may move them: views are asked for anew. */
export interface ArenaMemory {
  readonly buffer: ArrayBuffer;
  /** Makes room for at least so many bytes in all, and keeps what is there. */
  grow(bytes: number): void;
}

/** Hands out memory and never takes it back. Addresses are in bytes. */
export class Arena {
  readonly #memory: ArenaMemory;
  #end = ALIGNMENT;

  constructor(memory: ArenaMemory) {
    this.#memory = memory;
  }

  /** The first address that is free. */
  get end(): number {
    return this.#end;
  }

  /** The address of so many bytes. */
  allocate(bytes: number): number {
    const address = this.#end;
    this.#end = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT;
    if (this.#end > this.#memory.buffer.byteLength) {
      this.#memory.grow(Math.ceil(this.#end / PAGE_BYTES) * PAGE_BYTES);
    }
    return address;
  }

  /** So many numbers at an address. The view holds until the next allocation. */
  float64(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  uint32(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, length);
  }
}

/** Memory of JavaScript alone. */
export class PlainMemory implements ArenaMemory {
  buffer: ArrayBuffer = new ArrayBuffer(0);

  grow(bytes: number): void {
    const larger = new ArrayBuffer(bytes);
    new Uint8Array(larger).set(new Uint8Array(this.buffer));
    this.buffer = larger;
  }
}
