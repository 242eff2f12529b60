// The world of an awk program, for real: descriptors 0, 1 and 2, files, commands by /bin/sh, the clock.
// For awk-command.ts. Names come in the text model; those that are no UTF-8 are given to the system as bytes.
import { textCodec } from './awk/interpreter/bytes.ts';
import type { ByteSink, ByteSource, CommandEnvironment, World } from './awk/world.ts';
import { openCommandSink, openCommandSource, runCommand } from './native-commands.ts';
import { FileSink, FileSource, openForReading, openForWriting } from './native-files.ts';

export type NativeWorldOptions = {
  readonly argv: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly processIds: ReadonlyMap<string, number>;
};

const LONE = /[\uD800-\uDFFF]/u;

export class NativeWorld implements World {
  readonly argv: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
  readonly processIds: ReadonlyMap<string, number>;
  readonly stdin: ByteSource = new FileSource(0, false);
  readonly stdout: ByteSink = new FileSink(1, false);
  /** Unbuffered, as everywhere. */
  readonly stderr: ByteSink = new FileSink(2, false, 0);

  constructor({ argv, environment, processIds }: NativeWorldOptions) {
    this.argv = argv;
    this.environment = environment;
    this.processIds = processIds;
  }

  openSource(path: string): ByteSource {
    const open = openDescriptor(path);
    return open === undefined
      ? new FileSource(openForReading(systemPath(path)), true)
      : new FileSource(open, false);
  }

  openSink(path: string, append: boolean): ByteSink {
    const open = openDescriptor(path);
    return open === undefined
      ? new FileSink(openForWriting(systemPath(path), append), true)
      : new FileSink(open, false);
  }

  openCommandSource(command: string, environment?: CommandEnvironment): ByteSource {
    return openCommandSource(systemCommand(command), environment);
  }

  openCommandSink(command: string, environment?: CommandEnvironment): ByteSink {
    return openCommandSink(systemCommand(command), environment);
  }

  system(command: string, environment?: CommandEnvironment): number {
    return runCommand(systemCommand(command), environment);
  }

  clock(): number {
    return Date.now() / 1000;
  }
}

/** `/dev/fd/N`: the descriptor itself, which may be a pipe or socket that cannot be opened anew (gawk). */
function openDescriptor(path: string): number | undefined {
  const number = /^\/dev\/fd\/(\d{1,4})$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
}

function systemPath(path: string): string | Uint8Array {
  return LONE.test(path) ? textCodec(true).encode(path) : path;
}

/** Node takes arguments as UTF-8 only; the shell makes the bytes itself. */
function systemCommand(command: string): string {
  if (!LONE.test(command)) return command;
  const octal = Array.from(
    textCodec(true).encode(command),
    (byte) => `\\0${byte.toString(8).padStart(3, '0')}`,
  );
  return `eval "$(printf '%b' '${octal.join('')}')"`;
}
