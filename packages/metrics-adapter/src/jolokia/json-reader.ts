// JSON as Jolokia sends it, read with the place of every token: a shape (json-shape.ts) is made of the places, and
// the text of a number says what JSON.parse forgets (5 or 5.0, and all digits of a long). Pure; for the poller.
// Invariant: reads nothing beyond the buffer, and no value deeper or of more parts than the limits allow.

/** A string, number, true or false: its text, and the bytes that hold it (of a string, inside its quotes). */
export type JsonText = {
  readonly quoted: boolean;
  readonly text: string;
  readonly at: number;
  readonly end: number;
};

export type JsonNode = null | JsonText | JsonNode[] | Map<string, JsonNode>;

/** The bytes are no JSON, or more of it than the limits allow. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
}

/** Tables in records in tables; a reply that nests deeper is none of ours. */
const MAX_DEPTH = 64;
/** Of one value; the size of a reply is bounded before. */
const MAX_PARTS = 1_000_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const SPACE = 0x20;

export const isText = (node: JsonNode | undefined): node is JsonText =>
  node !== null && node !== undefined && !Array.isArray(node) && !(node instanceof Map);

export class JsonReader {
  readonly #bytes: Buffer;
  #parts = 0;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The value that begins at `at`, which is behind it then. @throws JsonError */
  value(): JsonNode {
    this.#parts = 0;
    return this.#value(0);
  }

  /** Passes white space and this character. @throws JsonError when another one is there */
  pass(character: string): void {
    if (!this.passIf(character)) throw this.#wrong(`'${character}' is missing`);
  }

  passIf(character: string): boolean {
    this.#space();
    if (this.#bytes[this.at] !== character.charCodeAt(0)) return false;
    this.at++;
    return true;
  }

  #value(depth: number): JsonNode {
    if (depth > MAX_DEPTH || ++this.#parts > MAX_PARTS) throw this.#wrong('too large a value');
    this.#space();
    const first = this.#bytes[this.at];
    if (first === 0x7b) return this.#object(depth);
    if (first === 0x5b) return this.#array(depth);
    if (first === QUOTE) return this.#string();
    return this.#bare();
  }

  #object(depth: number): Map<string, JsonNode> {
    const members = new Map<string, JsonNode>();
    this.at++;
    if (this.passIf('}')) return members;
    do {
      this.#space();
      const { text } = this.#string();
      this.pass(':');
      members.set(text, this.#value(depth + 1));
    } while (this.passIf(','));
    this.pass('}');
    return members;
  }

  #array(depth: number): JsonNode[] {
    const elements: JsonNode[] = [];
    this.at++;
    if (this.passIf(']')) return elements;
    do elements.push(this.#value(depth + 1));
    while (this.passIf(','));
    this.pass(']');
    return elements;
  }

  #string(): JsonText {
    const bytes = this.#bytes;
    if (bytes[this.at] !== QUOTE) throw this.#wrong('a string is missing');
    const at = this.at + 1;
    let end = at;
    let escaped = false;
    for (; bytes[end] !== QUOTE; end++) {
      if (end >= bytes.length) throw this.#wrong('a string does not end');
      if (bytes[end] !== BACKSLASH) continue;
      escaped = true;
      end++;
    }
    this.at = end + 1;
    const raw = bytes.toString('utf8', at, end);
    return { quoted: true, text: escaped ? this.#unescaped(raw) : raw, at, end };
  }

  #unescaped(raw: string): string {
    try {
      // Control characters as they are would be refused by JSON.parse; Jolokia escapes them.
      const text: unknown = JSON.parse(`"${raw}"`);
      return String(text);
    } catch {
      throw this.#wrong('a string has a wrong escape');
    }
  }

  /** A number, true, false or null. */
  #bare(): JsonText | null {
    const bytes = this.#bytes;
    const { at } = this;
    let end = at;
    for (let one = bytes[end]; one !== undefined && isBare(one); one = bytes[end]) end++;
    this.at = end;
    const text = bytes.toString('latin1', at, end);
    if (text === 'null') return null;
    if (text !== 'true' && text !== 'false' && !NUMBER.test(text)) throw this.#wrong('no JSON value');
    return { quoted: false, text, at, end };
  }

  #space(): void {
    for (let one = this.#bytes[this.at]; one !== undefined && one <= SPACE; one = this.#bytes[this.at])
      this.at++;
  }

  #wrong(what: string): JsonError {
    const near = this.#bytes.toString('utf8', this.at, this.at + 40);
    return new JsonError(`not JSON at byte ${this.at}: ${what}: ${near}`);
  }
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Letters, digits, sign, point: what a number or a word is made of. */
function isBare(byte: number): boolean {
  return byte > COMMA - 2 && byte !== COMMA && byte !== 0x3a && byte !== 0x5d && byte !== 0x7d && byte < 0x7f;
}
