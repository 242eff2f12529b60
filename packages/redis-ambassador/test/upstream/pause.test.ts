// Which commands wait on connections of their own while CLIENT PAUSE lasts.
import { expect, test } from 'vitest';
import { planPolicy } from '../../src/command-policy.ts';
import { findCommand } from '../../src/commands/find.ts';
import { route } from '../../src/routing.ts';
import { Pause } from '../../src/upstream/pause.ts';
import { framed } from '../framing.ts';

const policy = planPolicy({
  readFrom: 'prefer-replica',
  consistency: 'key',
  readOnly: false,
  rewriteReads: false,
  deny: [],
  rename: undefined,
});

const holds = (pause: Pause, text: string): boolean => {
  const command = findCommand(framed(...text.split(' ')));
  return pause.holds(command, route(command, { own: 'none', consistency: 'key' }, policy));
};

test.each([
  { text: 'SET k v', write: true, all: true },
  { text: 'EVAL s 0', write: true, all: true },
  { text: 'PUBLISH c m', write: true, all: true },
  { text: 'PFCOUNT k', write: true, all: true },
  { text: 'GET k', write: false, all: true },
  { text: 'EVAL_RO s 0', write: false, all: true },
  { text: 'INFO', write: false, all: true },
  { text: 'CLIENT ID', write: false, all: false }, // answered here
  { text: 'BLPOP k 0', write: false, all: false }, // has a connection of its own anyway
])('$text', ({ text, write, all }) => {
  const pause = new Pause(() => 0);
  expect(holds(pause, text)).toBe(false);
  pause.begin(100, 'write');
  expect(holds(pause, text)).toBe(write);
  pause.begin(100, '');
  expect(holds(pause, text)).toBe(all);
  pause.end();
  expect(holds(pause, text)).toBe(false);
});

test('it ends when its time is up, the longer of two counts, and no time is no pause', () => {
  let now = 0;
  const pause = new Pause(() => now);
  pause.begin(Number.NaN, 'write');
  expect(holds(pause, 'SET k v')).toBe(false);
  pause.begin(100, 'write');
  pause.begin(50, 'WRITE');
  now = 99;
  expect(holds(pause, 'SET k v')).toBe(true);
  now = 100;
  expect(holds(pause, 'SET k v')).toBe(false);
  pause.begin(10, 'write');
  expect(holds(pause, 'GET k')).toBe(false);
});
