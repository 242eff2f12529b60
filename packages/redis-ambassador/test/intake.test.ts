// The shared reading of clients, with real sockets: whether this Node still lets us, and what a session relies on.
import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { eventually } from '@podmate/testkit/eventually';
import { portOf } from '@podmate/testkit/image';
import { expect, onTestFinished, test } from 'vitest';
import { Intake } from '../src/intake.ts';

type Read = { readonly socket: Socket; readonly data: Buffer; readonly text: string };

async function taking(intake: Intake): Promise<{ port: number; reads: Read[]; sockets: Socket[] }> {
  const reads: Read[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (accepted) => {
    const socket = intake.adopt(accepted, (data, from, to) =>
      reads.push({ socket, data, text: data.toString('latin1', from, to) }),
    );
    sockets.push(
      socket.on('data', () => reads.push({ socket, data: Buffer.alloc(0), text: "Node's own way" })),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: portOf(server), reads, sockets };
}

async function client(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

test('what clients send lies side by side and stays as it is', async () => {
  const { port, reads } = await taking(new Intake());
  const [one, other] = [await client(port), await client(port)];
  for (let n = 0; n < 10; n++) {
    (n % 2 === 0 ? one : other).write(`message ${n}`);
    await eventually(() => expect(reads.length).toBe(n + 1));
  }
  expect(reads.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, n) => `message ${n}`));
  expect(new Set(reads.map(({ data }) => data)).size).toBe(1);
  expect(reads[0]!.data.toString('latin1', 0, 36)).toBe('message 0message 1message 2message 3');
});

test('a paused client is not read; half-closing, answering and the end are as with any socket', async () => {
  const { port, reads, sockets } = await taking(new Intake());
  const one = await client(port);
  await eventually(() => expect(sockets.length).toBe(1));
  const socket = sockets[0]!;
  expect(socket.remotePort).toBe(one.localPort);
  socket.pause();
  one.end('late');
  const other = await client(port);
  other.write('early');
  await eventually(() => expect(reads.map(({ text }) => text)).toEqual(['early']));
  const ended = once(socket, 'end');
  socket.resume();
  await ended;
  expect(reads.map(({ text }) => text)).toEqual(['early', 'late']);
  socket.end('bye');
  const [answer] = await once(one, 'data');
  expect(String(answer)).toBe('bye');
});

test('a large read gets a buffer of its own', async () => {
  const { port, reads } = await taking(new Intake());
  const one = await client(port);
  const sent = Buffer.alloc(300_000, 'abcdefghij').toString('latin1');
  one.write(sent);
  await eventually(() => expect(reads.map(({ text }) => text).join('')).toBe(sent));
});
