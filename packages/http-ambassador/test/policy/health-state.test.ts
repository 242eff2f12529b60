// Results of checks one after the other, and what an endpoint counts as.
import { expect, test } from 'vitest';
import { HealthState, parseStatuses } from '../../src/policy/health-state.ts';

/** `+` a good check, `-` a failed one; upper case: it changed just then. */
function run(results: string): string {
  const state = new HealthState({ rise: 2, fall: 3 });
  return Array.from(results, (result) => {
    const changed = state.note(result === '+');
    const now = state.isHealthy ? 'h' : 'u';
    return changed ? now.toUpperCase() : now;
  }).join('');
}

test.each([
  { name: 'healthy from the first', in: '+++', out: 'hhh' },
  { name: 'the first failure decides alone', in: '-', out: 'U' },
  { name: 'later ones only three in a row', in: '+--+---', out: 'hhhhhhU' },
  { name: 'two successes bring it back', in: '-+-++', out: 'UuuuH' },
  { name: 'after that three failures again', in: '-++--', out: 'UuHhh' },
])('$name', ({ in: results, out }) => {
  expect(run(results)).toBe(out);
});

test('statuses: single ones and classes', () => {
  expect(parseStatuses(['200', '404'])).toEqual(new Set([200, 404]));
  const all = parseStatuses(['2xx', '3xx']);
  expect(typeof all === 'string' ? all : [all.size, all.has(200), all.has(399), all.has(400)]).toEqual([
    200,
    true,
    true,
    false,
  ]);
  for (const wrong of ['600', '2x', 'ok', '']) expect(parseStatuses([wrong])).toBe(wrong);
});
