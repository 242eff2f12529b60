import { expect, test } from 'vitest';
import type { ReplyOwner } from '../../src/upstream/source.ts';
import { ExchangeCounts } from '../../src/upstream/exchange-counts.ts';
import { WaitingRoom } from '../../src/upstream/waiting-room.ts';

type Row = { readonly name: string; readonly in: string; readonly readsOnly: boolean; readonly out: string };

/** Each command is its owner, how it counts (r: it only reads, w: it may write) and a number. */
test.each<Row>([
  { name: 'all, in their order', in: 'ar1 bw2 aw3 br4', readsOnly: false, out: 'ar1 bw2 aw3 br4' },
  { name: 'to a replica: who only reads', in: 'ar1 bw2 ar3', readsOnly: true, out: 'ar1 ar3' },
  { name: 'to a replica: no read behind a write of its own', in: 'aw1 ar2 br3', readsOnly: true, out: 'br3' },
  { name: 'to a replica: no read before one, either', in: 'ar1 aw2 br3', readsOnly: true, out: 'br3' },
])('leave: $name', ({ in: commands, readsOnly, out }) => {
  const left: string[] = [];
  const owners = new Map(['a', 'b'].map((name) => [name, owner(left)]));
  const room = new WaitingRoom({
    counts: new ExchangeCounts(),
    now: () => 0,
    patienceMs: 1000,
    maxBytes: 1e6,
    release: () => {},
    why: () => '',
  });
  for (const command of commands.split(' ')) {
    const bytes = Buffer.from(command);
    room.send(owners.get(command[0]!)!, bytes, 0, bytes.length, command[1] === 'r' ? 0 : 1);
  }
  room.leave({ readsOnly });
  expect(left.join(' ')).toBe(out);
  room.leave();
  expect(left.toSorted()).toEqual(commands.split(' ').toSorted());
});

function owner(left: string[]): ReplyOwner {
  return {
    room: () => 1,
    deliver: () => {},
    refused: () => false,
    lost: (_, { data }) => void left.push(data.toString()),
    torn: () => {},
  };
}
