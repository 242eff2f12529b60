// Lines are JSON whatever stands in them; batches reach the reader whole and in order, or are counted as lost.
import { describe, expect, test } from 'vitest';
import { accessLine, AccessLog, LinePrefix, type WriteSome } from '../src/access-log.ts';

const took = { durationMs: 0, firstByteMs: 0, attempts: 1 };
const entry = {
  traceId: '',
  method: 'GET',
  host: 'a',
  path: '/',
  status: 200,
  bytesIn: 1,
  bytesOut: 2,
  reason: '',
};

describe('accessLine', () => {
  const prefix = new LinePrefix();
  const start = (route: string): string =>
    prefix.of('2026-01-01T00:00:00.000Z', 'unix:/a "b"', route, 'a:80', '::1');

  test.each([
    { name: 'quotes in a path', change: { path: '/"\\x' } },
    { name: 'a trace', change: { traceId: '0af7651916cd43dd8448eb211c80319c' } },
    { name: 'a reason', change: { reason: 'client-closed' } },
    {
      name: 'nothing known of it',
      change: { method: '', host: '', path: '', status: 400, reason: 'method' },
    },
  ])('JSON: $name', ({ change }) => {
    const line = accessLine(start('*/'), { ...entry, ...change }, took);
    const { reason, traceId, bytesIn, bytesOut, ...rest } = { ...entry, ...change };
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toEqual({
      time: '2026-01-01T00:00:00.000Z',
      listener: 'unix:/a "b"',
      route: '*/',
      upstream: 'a:80',
      client: '::1',
      ...rest,
      bytes_in: bytesIn,
      bytes_out: bytesOut,
      duration_ms: 0,
      first_byte_ms: 0,
      attempts: 1,
      ...(traceId !== '' && { trace_id: traceId }),
      ...(reason !== '' && { reason }),
    });
  });

  test('names beyond ASCII are escaped, and the next line has its own', () => {
    const line = accessLine(start('*/\u00e4\u2028"'), entry, took);
    expect(line).toMatch(/^[\n -~]*$/);
    expect(JSON.parse(line)).toMatchObject({ route: '*/\u00e4\u2028"' });
    expect(JSON.parse(accessLine(start('*/b'), entry, took))).toMatchObject({ route: '*/b' });
  });

  test.each([
    [0, '0.000'],
    [0.0004, '0.000'],
    [0.9996, '1.000'],
    [1.23456, '1.235'],
    [61_000.05, '61000.050'],
  ])('%d ms is %s', (durationMs, text) => {
    expect(accessLine('', entry, { ...took, durationMs, firstByteMs: durationMs })).toContain(
      `"duration_ms":${text},"first_byte_ms":${text},`,
    );
  });
});

/** Takes what it is told to, once for each call: so many bytes, or an error. */
function reader(takes: (number | string)[]): { write: WriteSome; text: () => string } {
  let text = '';
  return {
    text: () => text,
    write: (bytes, done) => {
      const take = takes.shift() ?? bytes.length;
      if (typeof take === 'string') return done(Object.assign(new Error(take), { code: take }), 0);
      text += bytes.toString('latin1', 0, take);
      return done(null, Math.min(take, bytes.length));
    },
  };
}

describe('AccessLog', () => {
  test('what is taken in parts, or not at once, arrives whole and in order', () => {
    const { write, text } = reader([3, 'EAGAIN', 1]);
    const log = new AccessLog(write);
    log.add('first\n');
    log.flush();
    log.add('second\n');
    expect([text(), log.empty]).toEqual(['fir', false]);
    log.flush();
    log.flush();
    expect([text(), log.empty, log.dropped]).toEqual(['first\nsecond\n', true, 0]);
  });

  test('lines that fill batches, and one longer than a batch', () => {
    const { write, text } = reader([]);
    const log = new AccessLog(write);
    const lines = Array.from({ length: 3000 }, (_, at) => `${at} ${'x'.repeat(at % 97)}\n`);
    lines.splice(1500, 0, `${'y'.repeat(100_000)}\n`);
    for (const line of lines) log.add(line);
    log.flush();
    expect(text()).toBe(lines.join(''));
  });

  test('a reader who reads nothing costs lines, which are counted, and a bounded amount of memory', () => {
    const writes: (() => void)[] = [];
    const log = new AccessLog((bytes, done) => void writes.push(() => done(null, bytes.length)));
    const line = `${'x'.repeat(999)}\n`;
    for (let at = 0; at < 10_000; at++) log.add(line);
    expect(log.dropped).toBeGreaterThan(10_000 - 4300);
    expect(log.dropped).toBeLessThan(10_000 - 4100);
    for (let at = 0; !log.empty && at < 100; at++) {
      writes.shift()?.();
      log.flush();
    }
    expect(log.empty).toBe(true);
  });

  test('of a share, what went well and the dice do not choose has no line', () => {
    const log = new AccessLog(reader([]).write, 0.5, () => 0.7);
    const takes = [
      entry,
      { ...entry, status: 404 },
      { ...entry, status: 502 },
      { ...entry, reason: 'x' },
    ].map((each) => log.takes(each));
    expect(takes).toEqual([false, false, true, true]);
    expect(new AccessLog(reader([]).write, 0.8, () => 0.7).takes(entry)).toBe(true);
  });

  test('a reader who is gone: the lines of the batch are counted', () => {
    const log = new AccessLog(reader(['EPIPE']).write);
    log.add('a\n');
    log.add('b\n');
    log.flush();
    expect([log.dropped, log.empty]).toEqual([2, true]);
  });
});
