// One row of the conformance table: a program, its input, and what an awk has to answer. A row is data: the same row
// runs on ours and on the four awks of Debian, as a process or inside one.
// Invariant: `out` is what POSIX.1-2017 says (gawk's manual for the group gawk), never what one engine happens to do;
// an engine that answers otherwise has its name and the reason in `differs`.

/** The awks of Debian; `gawk --posix` runs only the rows of the group posix. */
export type PeerName = 'gawk' | 'gawk --posix' | 'mawk' | 'original-awk' | 'busybox';

/** UTF-8 as a string, or the very bytes. */
export type Text = string | Uint8Array;

export type Row = {
  /** Unique in the whole table. */
  name: string;
  /** common: no POSIX, but what most awks do. gawk: its extensions. Absent: POSIX. */
  group?: 'common' | 'gawk';
  /** Before the program: -F, -v, -f, --. */
  options?: readonly string[];
  /** Absent when -f names it. */
  program?: string;
  /** After the program: files and assignments. */
  operands?: readonly string[];
  /** Absent: empty. */
  stdin?: Text;
  /** Made in the current directory before the start. */
  files?: Readonly<Record<string, Text>>;
  /** Besides PATH, LC_ALL=C.UTF-8 and TZ=UTC. */
  env?: Readonly<Record<string, string>>;
  out: Text;
  /** The order of lines is open (for-in, several processes): both sides are sorted before they are compared. */
  sorted?: true;
  /** 0 when absent; `error` is any other. */
  status?: number | 'error';
  /** Only our own words are held to it: every awk has its own. */
  stderr?: RegExp;
  /** Deep recursion: memory alone does not do, the command has a larger stack. */
  deep?: true;
  /** Why this is the answer although fewer than two of the four peers give it. */
  clause?: string;
  differs?: Readonly<Partial<Record<PeerName, string>>>;
  /** What ours has yet to learn for this row; it fails when it has. */
  open?: string;
};

/** What an engine made of a row. */
export type Outcome = { status: number; stdout: Uint8Array; stderr: string };

/** The bytes of a string whose characters are all below U+0100: how rows write NULs and invalid UTF-8. */
export function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** The same reason for several peers. */
export function differ(reason: string, ...peers: readonly PeerName[]): Partial<Record<PeerName, string>> {
  return Object.fromEntries(peers.map((peer) => [peer, reason]));
}

/** For what mawk, original-awk and busybox do not have. */
export function onlyGawk(what: string): Partial<Record<PeerName, string>> {
  return differ(`no ${what}`, 'mawk', 'original-awk', 'busybox');
}

export function groupOf(row: Row): 'posix' | 'common' | 'gawk' {
  return row.group ?? 'posix';
}

/**
 * Whether a row is about more than the language: files, options, the environment, commands, exit statuses and what is said
 * on stderr. The others give the same answer in memory as in a process.
 */
export function needsProcess({
  options,
  files,
  operands,
  env,
  status,
  stderr,
  deep,
  program = '',
}: Row): boolean {
  if (deep || options || files || operands || env || stderr || (status ?? 0) !== 0) return true;
  return /system|getline|close|fflush|[|]\s*["a-z(]|\/dev\/|[>]\s*["a-z]|ARGV|ENVIRON|PROCINFO|srand|systime|now/.test(
    program,
  );
}

/** What is wrong with the outcome, in words for whoever mends it; undefined when the row is fulfilled. */
export function mismatch(row: Row, outcome: Outcome): string | undefined {
  const wanted = comparable(row, toBytes(row.out));
  const got = comparable(row, outcome.stdout);
  if (wanted !== got) return `stdout ${shown(got)} instead of ${shown(wanted)}${afterword(outcome)}`;
  const status = row.status ?? 0;
  const kept = status === 'error' ? outcome.status !== 0 : outcome.status === status;
  return kept ? undefined : `status ${outcome.status} instead of ${status}${afterword(outcome)}`;
}

export function toBytes(text: Text): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}

/** One character for each byte, so that strings compare as bytes do. */
function comparable(row: Row, bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  return row.sorted === true ? text.split('\n').toSorted().join('\n') : text;
}

const LONGEST_SHOWN = 300;

function shown(latin: string): string {
  const text = JSON.stringify(Buffer.from(latin, 'latin1').toString());
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}... (${latin.length} bytes)`;
}

function afterword({ stderr }: Outcome): string {
  return stderr === '' ? '' : `; stderr: ${stderr.trim().slice(0, LONGEST_SHOWN)}`;
}
