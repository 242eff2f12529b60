// Everything an awk program reaches outside itself, as one synchronous interface: bytes in, bytes out, commands,
// the clock. Both engines (interpreter and compiled code) see the outside only through it; main wires it to real
// file descriptors, tests to memory.
// Invariant: names (paths, commands, variables of the environment) are strings of the text model: a byte that is
// not valid UTF-8 is the lone surrogate U+DC80 + (byte - 0x80), so that every name of the system can be said.

/** Of commands, where the program has changed it; undefined is that of the process. */
export type CommandEnvironment = ReadonlyMap<string, string> | undefined;

/** Bytes that come in: a file, standard input or what a command prints. */
export interface ByteSource {
  /**
   * The next bytes, at least one; waits until there are some. They belong to the source and may be overwritten by
   * the next read. @returns undefined at the end; reading on after it is allowed and may find more on a terminal
   * @throws WorldError
   */
  read(): Uint8Array | undefined;
  /**
   * As read(), but into [at, end) of these bytes, which saves a copy. Who has it is asked for it.
   * @returns how many; 0 at the end @throws WorldError
   */
  readInto?(bytes: Uint8Array, at: number, end: number): number;
  /** @returns 0 for files, the exit status for commands (see `World.system`), -1 when closing failed */
  close(): number;
}

/** Bytes that go out: a file, standard output or the standard input of a command. */
export interface ByteSink {
  /** Takes a copy of the bytes, perhaps into a buffer of its own. @throws WorldError */
  write(bytes: Uint8Array): void;
  /** Hands on what is buffered. @throws WorldError */
  flush(): void;
  /** Flushes, closes and, for a command, waits for its end. @returns as `ByteSource.close` */
  close(): number;
}

/**
 * The outside of one run of a program.
 *
 * Who flushes: an engine flushes `stdout` before it waits for main input (so lines leave as soon as input idles),
 * and all sinks before it starts a command.
 */
export interface World {
  /** ARGV, element 0 (the name of the program) included. */
  readonly argv: readonly string[];
  /** ENVIRON, in the order of the environment. */
  readonly environment: ReadonlyMap<string, string>;
  /** Numbers for PROCINFO by their names: pid, ppid, uid, gid, euid, egid. */
  readonly processIds: ReadonlyMap<string, number>;
  readonly stdin: ByteSource;
  readonly stdout: ByteSink;
  readonly stderr: ByteSink;
  /** Opens a file for reading. @throws WorldError */
  openSource(path: string): ByteSource;
  /** Creates or truncates a file, or opens it to append. @throws WorldError */
  openSink(path: string, append: boolean): ByteSink;
  /** Starts `sh -c command` and reads its standard output. @throws WorldError */
  openCommandSource(command: string, environment?: CommandEnvironment): ByteSource;
  /** Starts `sh -c command` and writes to its standard input. @throws WorldError */
  openCommandSink(command: string, environment?: CommandEnvironment): ByteSink;
  /** Runs `sh -c command` to its end. @returns the exit status, or 256 + the number of the signal that ended it */
  system(command: string, environment?: CommandEnvironment): number;
  /** Seconds since the epoch, with fraction. */
  clock(): number;
}

/** A failure of the outside: `code` as in errno.h (ENOENT, EISDIR, EPIPE ...), the message as strerror says it. */
export class WorldError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'WorldError';
    this.code = code;
  }
}
