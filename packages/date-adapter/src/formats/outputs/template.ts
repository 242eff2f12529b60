// Lines as a template says: `{timestamp} {level} {logger}: {message}`. Hot, pure.
// A field that the record does not have is `-`, as access logs write it, or what the template says: `{user|nobody}`.
// `{{` is a brace. Values are written as they are; line ends in them become spaces, so that a record stays a line.
import { CR, LF, SPACE } from '../ascii.ts';
import { type ByteOutput, Constant } from '../../byte-output.ts';
import type { LogRecord } from '../log-record.ts';
import type { RecordOutput, StampConverter } from './record-output.ts';

type Piece =
  | { readonly kind: 'text'; readonly text: Constant }
  | { readonly kind: 'field'; readonly field: string; readonly otherwise: Constant };

export type TemplateOptions = {
  readonly template: string;
  /** Converts the field that is the record's time; without one, or when it says no, that is written as it was. */
  readonly stamp?: StampConverter | undefined;
};

export class TemplateOutput implements RecordOutput {
  readonly #pieces: readonly Piece[];
  readonly #stamp: StampConverter | undefined;

  /** @throws Error for a brace that is not closed, or an empty name */
  constructor(options: TemplateOptions) {
    this.#pieces = piecesOf(options.template);
    this.#stamp = options.stamp;
  }

  write(record: LogRecord, out: ByteOutput): boolean {
    for (const piece of this.#pieces) {
      if (piece.kind === 'text') out.constant(piece.text);
      else this.#field(record, indexOfField(record, piece.field), piece.otherwise, out);
    }
    return true;
  }

  #field(record: LogRecord, index: number, otherwise: Constant, out: ByteOutput): void {
    if (index === -1) return out.constant(otherwise);
    record.unescape(index);
    const [source, start, end] = [record.sources[index]!, record.starts[index]!, record.ends[index]!];
    const from = out.length;
    const isConverted =
      index === record.time && this.#stamp !== undefined && this.#stamp(source, start, end, out);
    if (!isConverted) out.range(source, start, end);
    onOneLine(out.bytes, from, out.length);
  }
}

function onOneLine(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at++) if (bytes[at] === LF || bytes[at] === CR) bytes[at] = SPACE;
}

function indexOfField(record: LogRecord, field: string): number {
  for (let index = 0; index < record.count; index++) if (record.names[index]!.text === field) return index;
  return -1;
}

function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  for (let at = 0; at < template.length; at++) {
    const character = template[at]!;
    if (character !== '{' && character !== '}') text += character;
    else if (template[at + 1] === character) text += template[at++];
    else if (character === '}')
      throw new Error(`template, character ${at + 1}: } without {; write }} for a brace`);
    else {
      const close = template.indexOf('}', at);
      if (close === -1) throw new Error(`template, character ${at + 1}: { without }; write {{ for a brace`);
      if (text !== '') pieces.push({ kind: 'text', text: new Constant(text) });
      pieces.push(fieldPiece(template.slice(at + 1, close), at));
      text = '';
      at = close;
    }
  }
  if (text !== '') pieces.push({ kind: 'text', text: new Constant(text) });
  return pieces;
}

function fieldPiece(inside: string, at: number): Piece {
  const [field = '', otherwise = '-'] = inside.split(/\|(.*)/s);
  if (field === '') throw new Error(`template, character ${at + 1}: {} without the name of a field`);
  return { kind: 'field', field, otherwise: new Constant(otherwise) };
}
