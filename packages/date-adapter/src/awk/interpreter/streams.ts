// The files and commands a program has open, by their names: for redirections, getline, close and fflush.
// A name opens on first use and stays open until it is closed (POSIX awk, "Output Statements" and getline).
// The same name can be open as input and output, as a file and as a command; close(name) closes them all.
import type { ByteSink, ByteSource, CommandEnvironment, World } from '../world.ts';
import type { TextCodec } from './bytes.ts';
import { RecordReader } from './record-reader.ts';

/** ERRNO when there is nothing to close, as gawk has it. */
export const NOT_OPEN = 'close of redirection that was never opened';

export type OutputKind = 'write' | 'append' | 'pipe';
export type InputKind = 'file' | 'command';

export class Streams {
  readonly #world: World;
  readonly #codec: TextCodec;
  readonly #environment: () => CommandEnvironment;
  readonly #files = new Map<string, ByteSink>();
  readonly #pipes = new Map<string, ByteSink>();
  readonly #sources = new Map<string, RecordReader>();
  readonly #commands = new Map<string, RecordReader>();
  readonly #standard: ReadonlyMap<string, ByteSink>;

  /** @param environment that of the commands that start now */
  constructor(world: World, codec: TextCodec, environment: () => CommandEnvironment) {
    this.#environment = environment;
    this.#world = world;
    this.#codec = codec;
    this.#standard = new Map([
      ['-', world.stdout],
      ['/dev/stdout', world.stdout],
      ['/dev/fd/1', world.stdout],
      ['/dev/stderr', world.stderr],
      ['/dev/fd/2', world.stderr],
    ]);
  }

  /** @throws WorldError when it cannot be opened */
  output(kind: OutputKind, name: string): ByteSink {
    const standard = kind === 'pipe' ? undefined : this.#standard.get(name);
    if (standard !== undefined) return standard;
    const open = kind === 'pipe' ? this.#pipes : this.#files;
    let sink = open.get(name);
    if (sink === undefined) {
      if (kind === 'pipe') this.flushAll();
      const model = this.#codec.toModel(name);
      sink =
        kind === 'pipe'
          ? this.#world.openCommandSink(model, this.#environment())
          : this.#world.openSink(model, kind === 'append');
      open.set(name, sink);
    }
    return sink;
  }

  /** @throws WorldError when it cannot be opened */
  input(kind: InputKind, name: string): RecordReader {
    const open = kind === 'file' ? this.#sources : this.#commands;
    let reader = open.get(name);
    if (reader === undefined) {
      reader = new RecordReader(this.#openSource(kind, name), () => this.flushStandard());
      open.set(name, reader);
    }
    return reader;
  }

  #openSource(kind: InputKind, name: string): ByteSource {
    if (kind === 'file') return this.openFile(name);
    this.flushAll();
    return this.#world.openCommandSource(this.#codec.toModel(name), this.#environment());
  }

  /** A file, or standard input by its names. @throws WorldError */
  openFile(name: string): ByteSource {
    if (name === '-' || name === '/dev/stdin' || name === '/dev/fd/0') return this.#world.stdin;
    return this.#world.openSource(this.#codec.toModel(name));
  }

  /** What waits for input may be a person: they see what was printed so far. */
  flushStandard(): void {
    this.#world.stdout.flush();
    this.#world.stderr.flush();
  }

  flushAll(): void {
    this.flushStandard();
    for (const sink of this.#files.values()) sink.flush();
    for (const sink of this.#pipes.values()) sink.flush();
  }

  /** fflush(name). @returns false when no output has this name */
  flush(name: string): boolean {
    const sinks = [this.#standard.get(name), this.#files.get(name), this.#pipes.get(name)];
    for (const sink of sinks) sink?.flush();
    return sinks.some((sink) => sink !== undefined);
  }

  /** close(name). @returns the status of the last that was closed, undefined when nothing has this name */
  close(name: string): number | undefined {
    let status: number | undefined;
    const standard = this.#standard.get(name);
    if (standard !== undefined && name !== '-') {
      standard.flush();
      status = 0;
    }
    this.flushAll();
    for (const open of [this.#files, this.#pipes, this.#sources, this.#commands]) {
      const stream = open.get(name);
      if (stream === undefined) continue;
      open.delete(name);
      status = stream.close();
    }
    return status;
  }

  /**
   * At the end of the program: commands are waited for, in the order they were opened, and what they print comes
   * before what is still buffered for standard output (gawk and mawk have it so, onetrue-awk and busybox not).
   */
  closeAll(): void {
    for (const open of [this.#files, this.#pipes, this.#sources, this.#commands]) {
      for (const stream of open.values()) stream.close();
      open.clear();
    }
    this.flushStandard();
  }
}
