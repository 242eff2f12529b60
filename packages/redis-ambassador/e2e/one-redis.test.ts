// Promise: clients of the ambassador get on with each other as on one Redis: scripts that last, ids, subscriptions that end,
// transactions that change the database, MONITOR.
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { deploy, PATIENCE, rawCommand } from './running.ts';

type Line = {
  send(text: string): void;
  said(expected: string | RegExp): Promise<void>;
  readonly text: string;
};

/** A connection by hand: what it sends is inline commands, what it got is text. */
function line(port: number): Line {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (more: string) => (text += more)).on('error', () => {});
  return {
    send: (command) => void socket.write(`${command}\r\n`),
    said: async (expected) => {
      await expect.poll(() => text, PATIENCE).toMatch(expected);
      text = '';
    },
    get text() {
      return text;
    },
  };
}

test('clients of one ambassador get on as on one Redis', async () => {
  await using deployment = await deploy({ replicas: 1, server: { args: ['--lua-time-limit', '10'] } });
  const { port } = deployment;
  const [a, b, c, d, e] = [line(port), line(port), line(port), line(port), line(port)];

  // A script that lasts: the others are told so, and can end it; half a transaction is not executed.
  await rawCommand(port, 'SET k 1');
  b.send('MULTI\r\nEXEC');
  await b.said('*0\r\n');
  a.send('EVAL "while true do end" 0');
  await expect.poll(() => rawCommand(port, 'SET k 1'), PATIENCE).toMatch(/^-BUSY /);
  b.send('MULTI\r\nINCR n');
  await b.said(/^\+OK\r\n-BUSY /);
  c.send('SCRIPT KILL');
  await c.said(/^\+OK/);
  await a.said(/^-ERR Error running script|^-ERR .*killed/);
  b.send('EXEC\r\nEXISTS n');
  await b.said(/^-EXECABORT [^\r]*\r\n:0\r\n/);

  // Ids: who is blocked can be unblocked, listed and killed by the id that it was told.
  a.send('CLIENT SETNAME alpha\r\nCLIENT ID');
  await a.said(/^\+OK\r\n:\d+\r\n/);
  const id = /id=(\d+) [^\n]*name=alpha/.exec(await rawCommand(port, 'CLIENT LIST'))?.[1] ?? '';
  a.send('BLPOP nothing 0');
  await expect
    .poll(() => rawCommand(port, `CLIENT LIST ID ${id}`), PATIENCE)
    .toMatch(/name=alpha .*flags=b /);
  expect(await rawCommand(port, `CLIENT UNBLOCK ${id} ERROR`)).toBe(':1\r\n');
  await a.said(/^-UNBLOCKED /);
  expect(await rawCommand(port, `CLIENT KILL ID ${id}`)).toBe(':1\r\n');
  expect(await rawCommand(port, `CLIENT LIST ID ${id}`)).toBe('$0\r\n\r\n');

  // After the last UNSUBSCRIBE a client shares connections again, and answers of ours keep their place.
  b.send('SUBSCRIBE x');
  await b.said(':1\r\n');
  b.send('UNSUBSCRIBE\r\nCLIENT GETNAME\r\nGET k');
  await b.said(/\$11\r\nunsubscribe\r\n\$1\r\nx\r\n:0\r\n\$-1\r\n\$1\r\n1\r\n$/);
  await expect.poll(() => rawCommand(port, 'CLIENT LIST'), PATIENCE).not.toMatch(/ sub=1 /);

  // SELECT while keys are watched, and within a transaction: where the client is then, its next commands are.
  b.send('SELECT 1\r\nSET where one\r\nSELECT 0\r\nWATCH k\r\nSELECT 1\r\nGET where\r\nSELECT 0\r\nUNWATCH');
  await b.said('$3\r\none\r\n+OK\r\n+OK\r\n');
  b.send('MULTI\r\nSELECT 1\r\nEXEC\r\nGET where');
  await b.said('*1\r\n+OK\r\n$3\r\none\r\n');
  b.send('MULTI\r\nCLIENT ID\r\nSET where two\r\nEXEC\r\nGET where');
  await b.said(/-ERR client id inside MULTI [^\r]*\r\n\+QUEUED\r\n-EXECABORT [^\r]*\r\n\$3\r\none\r\n/);

  // CLIENT PAUSE holds back who writes, and nobody else behind it; also what only reads but reaches replicas.
  expect(await rawCommand(port, 'CLIENT PAUSE 60000 WRITE')).toBe('+OK\r\n');
  e.send('SET k 2');
  b.send('PFCOUNT sketch');
  await expect.poll(() => rawCommand(port, 'INFO clients'), PATIENCE).toMatch(/blocked_clients:2\r/);
  expect(await rawCommand(port, 'PING')).toBe('+PONG\r\n');
  expect(await rawCommand(port, 'CLIENT UNPAUSE')).toBe('+OK\r\n');
  await e.said(/^\+OK\r\n$/);
  await b.said(/^:0\r\n$/);

  // Invalidations for a RESP3 client on behalf of another reach it, though it shared connections so far.
  d.send('HELLO 3\r\nCLIENT ID');
  await d.said(/modules\r\n\*0\r\n:\d+\r\n$/);
  const redirected = /id=(\d+) [^\n]* resp=3/.exec(await rawCommand(port, 'CLIENT LIST'))?.[1] ?? '';
  b.send(`SELECT 0\r\nCLIENT TRACKING ON REDIRECT ${redirected}\r\nGET k`);
  await b.said('+OK\r\n$1\r\n2\r\n');
  await rawCommand(port, 'SET k 3');
  await d.said(/invalidate\r\n\*1\r\n\$1\r\nk\r\n$/);
  b.send('RESET');
  await b.said('+RESET\r\n');

  // MONITOR sees what all do, reads too, and nothing of ours.
  c.send('MONITOR');
  await c.said(/^\+OK/);
  await rawCommand(port, 'SET seen 1\r\nGET seen');
  await expect.poll(() => c.text, PATIENCE).toMatch(/"SET" "seen" "1"\r\n[^\r]*"GET" "seen"\r\n/);
  expect(c.text).not.toMatch(/"ROLE"|"INFO"|"CLIENT"/i);
});
