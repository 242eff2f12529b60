// An RMI server that answers calls with bytes it was given, for tests of what a hostile or broken target can do to us.
// It is the attacker, and no stand-in for a JVM: replies were recorded from one (fixtures/replies.json) and are spoiled.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { METHODS } from '../../src/jmx/requests.ts';

export type Method = keyof typeof METHODS | 'lookup' | 'newClient' | 'exception';

/** Bytes, bytes and then the end of the connection, or nothing at all. */
export type Answer = { readonly bytes: Buffer; readonly end?: boolean };

const recorded: Record<string, string> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'replies.json'), 'utf8'),
);

/** What a JVM answered; an exception where nothing was recorded. */
export const reply = (method: Method): Buffer =>
  Buffer.from(recorded[method] ?? recorded['exception'] ?? '', 'base64');

/** ProtocolAck, and what the server calls us. */
const HELLO = Buffer.from('4e00093132372e302e302e3100001234', 'hex');
/** Call, stream header, 34 bytes of block data: object, operation, hash. */
const CALL = Buffer.from('50aced00057722', 'hex');
const HASH_AT = CALL.length + 26;
const CALL_HEAD = HASH_AT + 8;

function methodOf(head: Buffer): Method {
  const hash = head.readBigInt64BE(HASH_AT);
  for (const [name, known] of Object.entries(METHODS)) {
    if (hash === known && isMethod(name)) return name;
  }
  return head.readInt32BE(HASH_AT - 4) === 2 ? 'lookup' : 'newClient';
}

const isMethod = (name: string): name is keyof typeof METHODS => name in METHODS;

export type HostileTarget = AsyncDisposable & {
  readonly port: number;
  answer: (method: Method) => Answer;
};

export async function hostileTarget(): Promise<HostileTarget> {
  const sockets = new Set<Socket>();
  const target = { answer: (method: Method): Answer => ({ bytes: reply(method) }) };
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    socket.write(HELLO);
    let held: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      held = Buffer.concat([held, chunk]);
      for (;;) {
        const at = held.indexOf(CALL);
        if (at < 0 || held.length < at + CALL_HEAD) return;
        const { bytes, end = false } = target.answer(methodOf(held.subarray(at)));
        held = held.subarray(at + CALL_HEAD);
        socket.write(bytes);
        if (end) socket.end();
      }
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return Object.assign(target, {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  });
}
