import { describe, expect, test } from 'vitest';
import { paused, watch } from '../../src/pod/probe.ts';
import type { Probe } from '../../src/pod/pod-spec.ts';

const PERIOD_S = 0.001;

/** Runs a probe over scripted answers (`+` success, `-` failure); resolves to what was believed after each of them. */
async function believed(answers: string, probe: Probe = {}): Promise<string> {
  const stop = new AbortController();
  let asked = 0;
  let heard = '';
  await watch(
    { periodSeconds: PERIOD_S, ...probe },
    () => {
      if (asked === answers.length) stop.abort();
      heard = heard.padEnd(asked, '.');
      const ok = answers[asked] === '+';
      asked += 1;
      return Promise.resolve({ ok, detail: '' });
    },
    (ok) => (heard += ok ? '+' : '-'),
    stop.signal,
  );
  return heard.padEnd(answers.length, '.');
}

describe('thresholds', () => {
  test.for<{ name: string; in: string; out: string; probe?: Probe }>([
    { name: 'by default one success and three failures', in: '+---+', out: '+..-+' },
    { name: 'failures count in a row only', in: '--+--+', out: '..+..+' },
    { name: 'every look beyond the threshold is told', in: '+++-----', out: '+++..---' },
    {
      name: 'several successes',
      in: '++-+++',
      out: '.+..++',
      probe: { successThreshold: 2, failureThreshold: 9 },
    },
    { name: 'one failure', in: '+-+-', out: '+-+-', probe: { failureThreshold: 1 } },
  ])('$name', async ({ in: answers, out, probe }) => {
    expect(await believed(answers, probe)).toBe(out);
  });
});

test('the answer has the time that the probe gives, 1 s by default', async () => {
  const times: number[] = [];
  for (const probe of [{}, { timeoutSeconds: 7 }]) {
    const stop = new AbortController();
    const ask = (timeoutMs: number): Promise<{ ok: boolean; detail: string }> => {
      times.push(timeoutMs);
      stop.abort();
      return Promise.resolve({ ok: true, detail: '' });
    };
    await watch({ periodSeconds: PERIOD_S, ...probe }, ask, () => {}, stop.signal);
  }
  expect(times).toEqual([1000, 7000]);
});

test('an answer that comes after the end is not told', async () => {
  const stop = new AbortController();
  const heard: boolean[] = [];
  const ask = (): Promise<{ ok: boolean; detail: string }> => {
    stop.abort();
    return Promise.resolve({ ok: false, detail: 'too late' });
  };
  await watch({ failureThreshold: 1 }, ask, (ok) => heard.push(ok), stop.signal);
  expect(heard).toEqual([]);
});

test('the end cuts the first delay short: nothing is asked', async () => {
  const stop = new AbortController();
  let asked = 0;
  const watching = watch(
    { initialDelaySeconds: 3600 },
    () => Promise.resolve({ ok: true, detail: String((asked += 1)) }),
    () => {},
    stop.signal,
  );
  stop.abort();
  await watching;
  expect(asked).toBe(0);
});

test('a pause says whether it was whole', async () => {
  expect(await paused(1, new AbortController().signal)).toBe(true);
  expect(await paused(3_600_000, AbortSignal.timeout(1))).toBe(false);
  expect(await paused(3_600_000, AbortSignal.abort())).toBe(false);
});
