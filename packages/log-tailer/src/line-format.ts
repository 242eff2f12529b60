// How records leave: as they are, behind a prefix, or inside JSON. Hot, pure. For delivery: `encode` is called with
// the batches of one input in their order; records longer than a buffer come in several batches.
import os from 'node:os';
import path from 'node:path';
import type { Batch } from './file-reader.ts';
import { escapeInto, MAX_ESCAPED_BYTES } from './json-escape.ts';
import type { Output } from './output.ts';

export interface LineFormat {
  /** True while the output stands inside a record: nothing else may follow before `close`. */
  readonly open: boolean;
  /** Lines completed since the process began. */
  lines: number;
  encode(batch: Batch, output: Output): void;
  /** Ends a record that will not be gone on with: its file was truncated, or ended without a newline. */
  close(output: Output): void;
}

/** One record without its terminator, or a part of one, as it leaves. For record-format. */
export interface RecordWriter {
  begin(followedPath: string, output: Output): void;
  bytes(bytes: Buffer, from: number, to: number, output: Output): void;
  end(output: Output): void;
}

const NEWLINE = Buffer.from('\n');
const LF = 0x0a;

/** Byte-identical: whole batches pass untouched. */
export class RawFormat implements LineFormat {
  open = false;
  lines = 0;
  readonly #newlineByte: number;

  constructor(newlineByte = LF) {
    this.#newlineByte = newlineByte;
  }

  encode(batch: Batch, output: Output): void {
    const { bytes } = batch;
    output.pass(bytes);
    this.lines += countBytes(bytes, this.#newlineByte);
    this.open = !batch.endsRecord || bytes[bytes.length - 1] !== this.#newlineByte;
  }

  close(output: Output): void {
    output.append(NEWLINE);
    this.open = false;
  }
}

/** How often a byte occurs. */
export function countBytes(bytes: Buffer, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at !== -1; at = bytes.indexOf(byte, at + 1)) found++;
  return found;
}

export class RawWriter implements RecordWriter {
  begin(_followedPath: string, _output: Output): void {}

  bytes(bytes: Buffer, from: number, to: number, output: Output): void {
    output.reserve(to - from);
    bytes.copy(output.chunk, output.used, from, to);
    output.used += to - from;
  }

  end(output: Output): void {
    output.append(NEWLINE);
  }
}

/** `[app.log] line`: the template's fields are {path}, {basename}, {dirname} and {hostname}. */
export class PrefixWriter extends RawWriter {
  readonly #template: string;
  readonly #prefixes = new Map<string, Buffer>();
  #lastPath = '';
  #lastPrefix: Buffer = Buffer.alloc(0);

  constructor(template: string) {
    super();
    this.#template = template;
  }

  override begin(followedPath: string, output: Output): void {
    if (followedPath !== this.#lastPath) {
      this.#lastPath = followedPath;
      this.#lastPrefix = this.#prefixes.getOrInsertComputed(followedPath, (file) =>
        expandPrefix(this.#template, file),
      );
    }
    const prefix = this.#lastPrefix;
    output.reserve(prefix.length);
    // Set byte by byte: a prefix is short, and a call of set() costs more than twenty stores.
    for (let at = 0; at < prefix.length; at++) output.chunk[output.used++] = prefix[at]!;
  }
}

export const PREFIX_FIELDS = ['path', 'basename', 'dirname', 'hostname'] as const;

function expandPrefix(template: string, file: string): Buffer {
  const fields: Record<(typeof PREFIX_FIELDS)[number], string> = {
    path: file,
    basename: path.basename(file),
    dirname: path.dirname(file),
    hostname: os.hostname(),
  };
  return Buffer.from(
    template.replace(/\{(\w+)\}/g, (text, name: string) => fields[name as keyof typeof fields] ?? text),
  );
}

const CLOSE = Buffer.from('"}\n');

/** One JSON object a line: {"file":"/var/log/app.log","message":"..."}; always valid UTF-8. */
export class JsonWriter implements RecordWriter {
  readonly #key: string;
  readonly #heads = new Map<string, Buffer>();

  constructor(key: string) {
    this.#key = key;
  }

  begin(followedPath: string, output: Output): void {
    output.append(this.#heads.getOrInsertComputed(followedPath, (file) => jsonHead(file, this.#key)));
  }

  bytes(bytes: Buffer, from: number, to: number, output: Output): void {
    output.reserve((to - from) * MAX_ESCAPED_BYTES);
    output.used = escapeInto(output.chunk, output.used, bytes, from, to);
  }

  end(output: Output): void {
    output.append(CLOSE);
  }
}

function jsonHead(file: string, key: string): Buffer {
  return Buffer.from(`{"file":${JSON.stringify(file)},${JSON.stringify(key)}:"`);
}
