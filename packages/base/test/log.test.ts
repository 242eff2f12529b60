import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Fields, type LogOptions, createLog } from '@podmate/base/log';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-20T12:00:00Z') }));
afterEach(() => void vi.useRealTimers());

function collect(options: LogOptions = {}) {
  const lines: string[] = [];
  const write = (bytes: Buffer): number => {
    lines.push(...bytes.toString().split('\n').filter(Boolean));
    return bytes.length;
  };
  return { lines, log: createLog({ write, ...options }) };
}

describe('form', () => {
  test.for<{ name: string; fields: Fields; logfmt: string; json: object }>([
    {
      name: 'plain values',
      fields: { path: '/a', n: 5, ok: true, none: null },
      logfmt: 'path=/a n=5 ok=true none=null',
      json: { path: '/a', n: 5, ok: true, none: null },
    },
    { name: 'undefined is left out', fields: { a: undefined, b: 1 }, logfmt: 'b=1', json: { b: 1 } },
    {
      name: 'blanks and quotes',
      fields: { a: 'b "c" = d' },
      logfmt: 'a="b \\"c\\" = d"',
      json: { a: 'b "c" = d' },
    },
    { name: 'the empty string', fields: { a: '' }, logfmt: 'a=""', json: { a: '' } },
    {
      name: 'errors with their causes',
      fields: { error: new Error('a', { cause: new Error('b') }) },
      logfmt: 'error="a: b"',
      json: { error: 'a: b' },
    },
    {
      name: 'a value cannot forge a line',
      fields: { a: 'x\nlevel=error' },
      logfmt: 'a="x\\nlevel=error"',
      json: { a: 'x\nlevel=error' },
    },
    {
      name: 'a value cannot colour a terminal',
      fields: { a: '\u001B[31m' },
      logfmt: 'a="\\u001b[31m"',
      json: { a: '\u001B[31m' },
    },
    {
      name: 'numbers that JSON has not',
      fields: { a: Infinity, b: NaN },
      logfmt: 'a=Infinity b=NaN',
      json: { a: 'Infinity', b: 'NaN' },
    },
    {
      name: 'lists and objects',
      fields: { a: [1, 'b'] },
      logfmt: `a="[ 1, 'b' ]"`,
      json: { a: `[ 1, 'b' ]` },
    },
  ])('$name', ({ fields, logfmt, json }) => {
    const asLogfmt = collect();
    asLogfmt.log.info('file opened', fields);
    expect(asLogfmt.lines).toEqual([`time=2026-11-20T12:00:00.000Z level=info msg="file opened" ${logfmt}`]);
    const asJson = collect({ format: 'json' });
    asJson.log.info('file opened', fields);
    expect(asJson.lines.map((line) => JSON.parse(line))).toEqual([
      { time: '2026-11-20T12:00:00.000Z', level: 'info', msg: 'file opened', ...json },
    ]);
  });

  test.for([
    { level: 'error', out: ['error'] },
    { level: 'warn', out: ['error', 'warn'] },
    { level: 'info', out: ['error', 'warn', 'info'] },
    { level: 'debug', out: ['error', 'warn', 'info', 'debug'] },
  ] as const)('level $level', ({ level, out }) => {
    const { log, lines } = collect({ level });
    for (const each of ['error', 'warn', 'info', 'debug'] as const) log[each](`said at ${each}`);
    expect(lines.map((line) => /level=(\w+)/.exec(line)?.[1])).toEqual(out);
  });
});

describe('secrets', () => {
  test('are redacted wherever they stand in a value', () => {
    const { log, lines } = collect({ secrets: ['hunter2', ''] });
    log.info('said', { a: 'hunter2', b: 'x=hunter2;', error: new Error('bad hunter2'), list: ['hunter2'] });
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]?.match(/\[redacted\]/g)).toHaveLength(4);
  });

  test('may become known later', () => {
    const { log, lines } = collect({ secrets: ['one'] });
    log.conceal(['two']);
    log.info('said', { a: 'one', b: 'two' });
    expect(lines[0]).toMatch(/a=\[redacted\] b=\[redacted\]$/);
  });

  test('in the user part of a URL are redacted though nobody named them', () => {
    const { log, lines } = collect();
    log.info('said', { url: 'redis://app:pa55@redis:6379/0' });
    expect(lines[0]).toContain('redis://app:[redacted]@redis:6379/0');
  });
});

describe('rate limit', () => {
  test('passes ten of a message in ten seconds and counts the others', () => {
    const { log, lines } = collect();
    for (let n = 1; n <= 25; n++) log.warn('cannot open', { n });
    log.warn('something else');
    expect(lines).toHaveLength(11);
    vi.advanceTimersByTime(10_000);
    expect(lines).toHaveLength(12);
    expect(lines.at(-1)).toMatch(/level=warn msg="cannot open" n=25 suppressed=15$/);
  });

  test('a message that was not suppressed is not said again', () => {
    const { log, lines } = collect();
    for (let n = 1; n <= 10; n++) log.warn('cannot open');
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(10);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('starts afresh after the period', () => {
    const { log, lines } = collect();
    for (let n = 0; n < 12; n++) log.warn('cannot open');
    vi.advanceTimersByTime(10_000);
    for (let n = 0; n < 12; n++) log.warn('cannot open');
    log.flush();
    expect(lines.filter((line) => line.includes('suppressed=2'))).toHaveLength(2);
    expect(lines).toHaveLength(22);
  });

  test('flush says what is held back, once', () => {
    const { log, lines } = collect();
    for (let n = 0; n < 13; n++) log.warn('cannot open');
    log.flush();
    log.flush();
    vi.advanceTimersByTime(10_000);
    expect(lines.filter((line) => line.includes('suppressed'))).toEqual([
      expect.stringContaining('suppressed=3'),
    ]);
  });
});

describe('stderr', () => {
  test.for(['EAGAIN', 'EPIPE'])('%s loses the line and nothing else', (code) => {
    const taken: string[] = [];
    let full = true;
    const log = createLog({
      write: (bytes) => {
        if (full) throw Object.assign(new Error('write'), { code });
        taken.push(bytes.toString());
        return bytes.length;
      },
    });
    log.info('lost');
    full = false;
    log.info('kept');
    expect(taken.join('')).toMatch(/^time=\S+ level=info msg=kept\n$/);
  });

  test.for([1, 7, 50])('a pipe that takes %i bytes at a time tears no line', (room) => {
    let taken = '';
    let open = true;
    const log = createLog({
      write: (bytes) => {
        if (!open && bytes.length > 0) throw new Error('EAGAIN');
        const some = bytes.subarray(0, room);
        taken += some.toString();
        return some.length;
      },
    });
    for (let n = 0; n < 100; n++) log.info(`message ${n}`);
    open = false;
    log.info('lost');
    open = true;
    const lines = taken.split('\n').slice(0, -1);
    for (const line of lines)
      expect(line).toMatch(/^time=2026-11-20T12:00:00.000Z level=info msg="message \d+"$/);
  });

  test('is where it speaks, while stdout stays untouched', async () => {
    vi.useRealTimers();
    const script = "import { createLog } from '@podmate/base/log'; createLog().info('hello');";
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
    });
    const said = Promise.all([text(child.stdout), text(child.stderr)]);
    await once(child, 'exit');
    expect(await said).toEqual(['', expect.stringMatching(/^time=\S+ level=info msg=hello\n$/)]);
  });

  test('closed by its reader does not end the process', async () => {
    vi.useRealTimers();
    const script =
      "import { createLog } from '@podmate/base/log'; const log = createLog(); " +
      "setTimeout(() => { log.info('into the void'); process.exit(7); }, 300);";
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
    });
    child.stderr.destroy();
    const [code] = await once(child, 'exit');
    expect(code).toBe(7);
  });
});
