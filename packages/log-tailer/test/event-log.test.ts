import { createLog } from '@podmate/base/log';
import { expect, test } from 'vitest';
import { eventLog } from '../src/event-log.ts';
import type { FollowEvent } from '../src/follow-events.ts';

const table: { event: FollowEvent; says: RegExp }[] = [
  {
    event: { kind: 'unreadable', path: '/a', code: 'EACCES', message: 'permission denied' },
    says: /level=error .*path=\/a code=EACCES/,
  },
  {
    event: { kind: 'lost-file', path: '/a', offset: 5, lostBytes: 7 },
    says: /level=warn .*deliveredBytes=5 lostBytes=7/,
  },
  { event: { kind: 'lost-file', path: '/a', offset: 5, lostBytes: 0 }, says: /level=debug/ },
  {
    event: { kind: 'truncated', path: '/a', lostBytes: 0, recovered: true },
    says: /level=debug .*recovered=true/,
  },
  {
    event: { kind: 'truncated', path: '/a', lostBytes: 9, recovered: false },
    says: /level=warn .*instead of copytruncate.* lostBytes=9/,
  },
  {
    event: { kind: 'checkpoint-unwritable', code: 'ENOSPC', message: 'no space' },
    says: /level=warn .*may repeat lines.*code=ENOSPC/,
  },
];

test.each(table)('$event', ({ event, says }) => {
  let said = '';
  const write = (bytes: Buffer): number => {
    said += bytes.toString();
    return bytes.length;
  };
  eventLog(createLog({ level: 'debug', write }))(event);
  expect(said).toMatch(says);
});
