// The log files of the race, from a seed: ts.log as the seed's application writes it, access.log as nginx does (its
// `combined` format), and access-utf8.log, where one character in ten is none of ASCII. Distributions are those of a
// busy public site: most requests are plain GETs, a few addresses make most of them, 216,000 addresses make up 77 MB.
// The same seed and size give the same bytes. Made in a directory that is gone afterwards.

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@podmate/testkit/seeded-random';

const SEED = 20_230_101;
const BLOCK_BYTES = 1 << 20;

/** Monday morning, 2023; a line of ts.log every half second, one of access.log every 60 ms. */
const START_MS = Date.UTC(2023, 0, 1);

/** So that half a million lines come from 216,000 addresses. */
const ADDRESSES = 500_000;
const BUSY_ADDRESSES = 3000;
const BUSY_SHARE = 0.4;

/** In each line of access-utf8.log: with so many every tenth character is none of ASCII. */
const FOREIGN_WORDS = 4;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export type DataName = 'ts.log' | 'access.log' | 'access-utf8.log';

export type DataFile = { readonly path: string; readonly bytes: number; readonly lines: number };

export class DataFiles implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'podmate-awk-race-'));
  readonly #bytes: number;
  readonly #made = new Map<DataName, DataFile>();

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Made at the first call. */
  file(name: DataName): DataFile {
    const file = this.#made.get(name) ?? write(join(this.directory, name), this.#bytes, linesOf(name));
    this.#made.set(name, file);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** One line after the other, without its newline. */
export function linesOf(name: DataName): (serial: number) => string {
  const random = new SeededRandom(SEED).branch(name);
  if (name === 'ts.log') return stampLine;
  return name === 'access.log' ? (serial) => accessLine(serial, random) : (serial) => inUtf8(serial, random);
}

function write(path: string, bytes: number, line: (serial: number) => string): DataFile {
  const fd = openSync(path, 'w');
  let block = '';
  let written = 0;
  let lines = 0;
  for (; written + block.length < bytes; lines += 1) {
    block += `${line(lines)}\n`;
    if (block.length < BLOCK_BYTES) continue;
    written += writeSync(fd, block);
    block = '';
  }
  written += writeSync(fd, block);
  closeSync(fd);
  return { path, bytes: written, lines };
}

/** `01/12/2022T16:25:21`: what the pattern's example application writes. */
function stampLine(serial: number): string {
  const at = new Date(START_MS + serial * 500);
  return `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}T${clock(at)}`;
}

function accessLine(serial: number, random: SeededRandom): string {
  const at = new Date(START_MS + serial * 60);
  const stamp = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}:${clock(at)} +0000`;
  const status = random.weighted(STATUSES);
  const size = status === 304 || status === 204 ? 0 : Math.floor(200 + 40_000 * random.fraction() ** 3);
  const request = `${random.weighted(METHODS)} ${target(random)} HTTP/1.1`;
  return `${address(random)} - - [${stamp}] "${request}" ${status} ${size} "${random.weighted(REFERERS)}" "${random.weighted(AGENTS)}"`;
}

/** The same line with a search in another script, so that about a tenth of its characters are none of ASCII. */
function inUtf8(serial: number, random: SeededRandom): string {
  const words = Array.from({ length: FOREIGN_WORDS }, () => random.pick(FOREIGN)).join('-');
  return accessLine(serial, random).replace(' HTTP/1.1"', `?q=${words} HTTP/1.1"`);
}

function address(random: SeededRandom): string {
  const busy = random.chance(BUSY_SHARE);
  const nth = random.integer(0, (busy ? BUSY_ADDRESSES : ADDRESSES) - 1);
  const bits = Math.imul(nth + 1, 0x9e3779b1) >>> 0; // scattered over the address space, each nth its own
  return `${bits >>> 24 || 1}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}

function target(random: SeededRandom): string {
  const kind = random.weighted(PATHS);
  return kind.replace(/#/g, () => String(random.integer(1, 99_999)));
}

function clock(at: Date): string {
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

const METHODS = [
  ['GET', 88],
  ['POST', 9],
  ['HEAD', 2],
  ['PUT', 1],
] as const;

const STATUSES = [
  [200, 85],
  [304, 6],
  [301, 3],
  [404, 3],
  [500, 1],
  [503, 0.5],
  [204, 1],
  [403, 0.5],
] as const;

const PATHS = [
  ['/', 12],
  ['/products/#', 22],
  ['/products/#/reviews?page=#', 8],
  ['/static/js/app.#.js', 14],
  ['/static/css/site.#.css', 8],
  ['/images/items/#/large.jpg', 18],
  ['/api/v2/cart/#', 8],
  ['/search?q=item+#&sort=price', 6],
  ['/healthz', 4],
] as const;

const REFERERS = [
  ['-', 50],
  ['https://www.example.com/', 20],
  ['https://www.example.com/products', 20],
  ['https://search.example.org/?q=shop', 10],
] as const;

const AGENTS = [
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36', 36],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)', 30],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0', 14],
  ['curl/8.5.0', 6],
  ['kube-probe/1.29', 10],
  ['Googlebot/2.1', 4],
] as const;

const FOREIGN = ['größe', 'смотреть', 'ασφάλεια', '検索結果', '価格', 'żółty', 'магазин', 'товары'] as const;
