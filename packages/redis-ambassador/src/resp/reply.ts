// Replies that we give ourselves, and the few that we read ourselves (ROLE, handshakes): whole, small and not hot. Pure.

export const OK = Buffer.from('+OK\r\n');

/** An error as Redis writes it: the first word in capitals is its code. */
export function errorReply(text: string): Buffer {
  return Buffer.from(`-${text.replaceAll(/[\r\n]+/g, ' ')}\r\n`);
}

export type Value = string | number | null | readonly Value[] | ReadonlyMap<string, Value>;

/** A value in the client's version of the protocol: in RESP2 a map is a flat array and null a null bulk string. */
export function writeReply(value: Value, resp: 2 | 3): string {
  if (value === null) return resp === 3 ? '_\r\n' : '$-1\r\n';
  if (typeof value === 'number') return `:${value}\r\n`;
  if (typeof value === 'string') return `$${Buffer.byteLength(value)}\r\n${value}\r\n`;
  if (isList(value)) return `*${value.length}\r\n${value.map((each) => writeReply(each, resp)).join('')}`;
  const head = resp === 3 ? `%${value.size}\r\n` : `*${value.size * 2}\r\n`;
  return head + [...value].map(([key, each]) => writeReply(key, resp) + writeReply(each, resp)).join('');
}

const isList = (value: readonly Value[] | ReadonlyMap<string, Value>): value is readonly Value[] =>
  Array.isArray(value);

/** A complete reply of strings, numbers, nulls and arrays of them; errors become Error objects. Maps become flat arrays. */
export type Read = string | number | null | Error | readonly Read[];

export function readReply(bytes: Buffer): Read {
  return new Reader(bytes).value();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#text = bytes.toString('latin1');
  }

  value(): Read {
    const type = this.#text[this.#at];
    const line = this.#line();
    const number = Number(line);
    switch (type) {
      case '-':
        return new Error(line);
      case ':':
        return number;
      case '_':
        return null;
      case '$':
      case '=':
        return number < 0 ? null : this.#payload(number);
      case '*':
      case '~':
      case '>':
        return number < 0 ? null : Array.from({ length: number }, () => this.value());
      case '%':
        return Array.from({ length: 2 * number }, () => this.value());
      default:
        return line;
    }
  }

  #line(): string {
    const end = this.#text.indexOf('\r\n', this.#at);
    const line = this.#text.slice(this.#at + 1, end);
    this.#at = end + 2;
    return line;
  }

  #payload(length: number): string {
    const text = this.#text.slice(this.#at, this.#at + length);
    this.#at += length + 2;
    return text;
  }
}
