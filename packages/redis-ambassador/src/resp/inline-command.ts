// Commands as typed into telnet, `SET greeting "hello world"`: split into words by Redis' rules of quoting (sdssplitargs)
// and written again as the array that the wire protocol is made of. Pure. For the request framer; not hot.

const [SPACE, QUOTE, APOSTROPHE, BACKSLASH] = [32, 34, 39, 92];
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

const isSpace = (byte: number | undefined): boolean =>
  byte === SPACE || (byte !== undefined && byte >= 9 && byte <= 13);

/** The words of a line, or undefined when quotes are unbalanced or a closing one is not followed by a space. */
export function splitInline(line: Buffer): Buffer[] | undefined {
  const words: Buffer[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(line[at]) || line[at] === 0) at++;
    if (at >= line.length) return words;
    const word: number[] = [];
    const end = readWord(line, at, word);
    if (end === -1) return undefined;
    words.push(Buffer.from(word));
    at = end;
  }
}

/** Appends the word that begins at `from`; index behind it, or -1. */
function readWord(line: Buffer, from: number, word: number[]): number {
  let at = from;
  for (; at < line.length; at++) {
    const byte = line[at]!;
    if (isSpace(byte) || byte === 0) return at;
    if (byte !== QUOTE && byte !== APOSTROPHE) {
      word.push(byte);
      continue;
    }
    at = readQuoted(line, at + 1, byte, word);
    if (at === -1 || (at < line.length && !isSpace(line[at]))) return -1;
    return at;
  }
  return at;
}

function readQuoted(line: Buffer, from: number, quote: number, word: number[]): number {
  for (let at = from; at < line.length; at++) {
    const byte = line[at]!;
    if (byte === quote) return at + 1;
    if (byte !== BACKSLASH || at + 1 >= line.length) word.push(byte);
    else if (quote === QUOTE) at += readEscape(line, at + 1, word);
    else if (line[at + 1] === APOSTROPHE) word.push(line[++at]!);
    else word.push(byte);
  }
  return -1;
}

/** How many bytes behind the backslash belong to the escape. */
function readEscape(line: Buffer, at: number, word: number[]): number {
  const hex = /^x([0-9a-f]{2})/i.exec(line.toString('latin1', at, at + 3))?.[1];
  if (hex !== undefined) return word.push(Number.parseInt(hex, 16)) && 3;
  const letter = line.toString('latin1', at, at + 1);
  word.push((ESCAPES[letter] ?? letter).charCodeAt(0));
  return 1;
}

/** `*2\r\n$3\r\nGET\r\n...`, and where in it each word is. */
export function encodeCommand(words: readonly (Buffer | string)[]): {
  bytes: Buffer;
  offsets: [number, number][];
} {
  const parts: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  const offsets: [number, number][] = [];
  let at = parts[0]!.length;
  for (const each of words) {
    const word = Buffer.from(each);
    const head = Buffer.from(`$${word.length}\r\n`);
    parts.push(head, word, Buffer.from('\r\n'));
    offsets.push([at + head.length, at + head.length + word.length]);
    at += head.length + word.length + 2;
  }
  return { bytes: Buffer.concat(parts), offsets };
}
