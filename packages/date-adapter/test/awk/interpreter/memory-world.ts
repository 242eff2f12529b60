// A world in memory for tests: files are texts, outputs are kept, there are no commands. Input comes in chunks of a
// chosen size, because nothing may depend on where a chunk ends.
import { type ByteSink, type ByteSource, type World, WorldError } from '../../../src/awk/world.ts';

export type MemoryFiles = Readonly<Record<string, string | Uint8Array>>;

export class MemoryWorld implements World {
  readonly argv: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly processIds = new Map([['pid', 42]]);
  readonly stdin: ByteSource;
  readonly stdout: ByteSink & { readonly bytes: Uint8Array };
  readonly stderr: ByteSink & { readonly bytes: Uint8Array };
  /** What the program wrote to files. */
  readonly written = new Map<string, ByteSink & { readonly bytes: Uint8Array }>();
  readonly #files: MemoryFiles;
  readonly #chunkBytes: number;
  readonly #inPlace: boolean;

  constructor(options: {
    operands?: readonly string[];
    files?: MemoryFiles;
    stdin?: string | Uint8Array;
    environment?: Readonly<Record<string, string>>;
    chunkBytes?: number;
    /** Sources have readInto. */
    inPlace?: boolean;
  }) {
    this.argv = ['awk', ...(options.operands ?? [])];
    this.environment = new Map(Object.entries(options.environment ?? {}));
    this.#files = options.files ?? {};
    this.#chunkBytes = options.chunkBytes ?? Infinity;
    this.#inPlace = options.inPlace ?? false;
    this.stdin = source(options.stdin ?? '', this.#chunkBytes, this.#inPlace);
    this.stdout = sink();
    this.stderr = sink();
  }

  openSource(path: string): ByteSource {
    const text = this.#files[path] ?? this.written.get(path)?.bytes;
    if (text === undefined) throw new WorldError('ENOENT', 'No such file or directory');
    return source(text, this.#chunkBytes, this.#inPlace);
  }

  openSink(path: string, append: boolean): ByteSink {
    const kept = append ? this.written.get(path) : undefined;
    const opened = kept ?? sink();
    this.written.set(path, opened);
    return opened;
  }

  openCommandSource(): ByteSource {
    throw new WorldError('ENOSYS', 'no commands in memory');
  }

  openCommandSink(): ByteSink {
    throw new WorldError('ENOSYS', 'no commands in memory');
  }

  system(): number {
    return 127;
  }

  clock(): number {
    return 1_669_911_921.5;
  }
}

function source(text: string | Uint8Array, chunkBytes: number, inPlace: boolean): ByteSource {
  const bytes = Buffer.from(text);
  let at = 0;
  const next = (most: number): Uint8Array => {
    const chunk = Uint8Array.from(bytes.subarray(at, at + Math.min(chunkBytes, most)));
    at += chunk.length;
    return chunk;
  };
  const read = (): Uint8Array | undefined => (at >= bytes.length ? undefined : next(Infinity));
  if (!inPlace) return { read, close: () => 0 };
  const readInto = (into: Uint8Array, from: number, end: number): number => {
    const chunk = next(end - from);
    into.set(chunk, from);
    return chunk.length;
  };
  return { read, readInto, close: () => 0 };
}

function sink(): ByteSink & { readonly bytes: Uint8Array } {
  const chunks: Buffer[] = [];
  return {
    write: (bytes) => void chunks.push(Buffer.from(bytes)),
    flush: () => {},
    close: () => 0,
    get bytes() {
      return Buffer.concat(chunks);
    },
  };
}
