// The loop from input to output, with the real transforms and a real pipe or file behind them: what is acknowledged, and
// when; how it ends.
import fs from 'node:fs';
import { StdoutSink } from '@podmate/log-tailer/stdout-sink';
import { eventually } from '@podmate/testkit/eventually';
import { temporaryDirectory } from '@podmate/testkit/files';
import { expect, onTestFinished, test } from 'vitest';
import { Delivery } from '../src/delivery.ts';
import type { LineInput, Round } from '../src/input/line-input.ts';
import { InlineStage } from '../src/stage.ts';
import { makeTransform } from './transform/transforming.ts';

/** An input that a test feeds round by round; acknowledges by their numbers, from 1. */
class FedInput implements LineInput {
  readonly readBytes = 0;
  readonly follows = [];
  readonly acknowledged: number[] = [];
  #fed = 0;
  #rounds: Round[] = [];
  #wanted: ((round: Round | undefined) => void) | undefined;
  #hasEnded = false;

  feed(text: string, source = 'a'): void {
    const bytes = Buffer.from(text);
    const number = ++this.#fed;
    const piece = { bytes, start: 0, end: bytes.length, source, startsLine: true, endsLine: true };
    this.#rounds.push({ pieces: [piece], acknowledge: () => this.acknowledged.push(number) });
    this.#give();
  }

  read(): Promise<Round | undefined> {
    const { promise, resolve } = Promise.withResolvers<Round | undefined>();
    this.#wanted = resolve;
    this.#give();
    return promise;
  }

  stop(): void {
    this.#hasEnded = true;
    this.#give();
  }

  start(): void {}
  drain(): void {}
  close(): void {}
  ready(): string[] {
    return [];
  }
  warnings(): string[] {
    return [];
  }
  isIncomplete(): boolean {
    return false;
  }

  #give(): void {
    if (this.#wanted === undefined || (this.#rounds.length === 0 && !this.#hasEnded)) return;
    this.#wanted(this.#rounds.shift());
    this.#wanted = undefined;
  }
}

async function deliver(args: readonly string[]) {
  const directory = await temporaryDirectory('delivery');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const file = directory.file('out');
  const fd = fs.openSync(file, 'w');
  onTestFinished(() => fs.closeSync(fd));
  const input = new FedInput();
  const stage = new InlineStage((await makeTransform(args)).transform);
  const sink = new StdoutSink(fd, () => {});
  const delivery = new Delivery({ input, stage, sink, idleMs: 50 });
  const ending = delivery.run();
  return { input, delivery, ending, written: () => fs.readFileSync(file, 'utf8') };
}

test('rounds go out in their order and are acknowledged', async () => {
  const { input, delivery, ending, written } = await deliver(['{ print NR, $1 }']);
  for (let round = 0; round < 100; round++) input.feed(`r${round}\n`);
  input.stop();
  expect(await ending).toMatchObject({ code: 0 });
  expect(written()).toBe(Array.from({ length: 100 }, (_, at) => `${at + 1} r${at}\n`).join(''));
  expect(input.acknowledged).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
  expect(delivery.writtenBytes).toBe(written().length);
});

test('a record that may go on is acknowledged when it is out: with the next one, or when nothing comes', async () => {
  const { input, ending, written } = await deliver(['--parse', 'pattern:%p %m', '--multiline', 'on']);
  input.feed('INFO a\n');
  input.feed('\tat x\n');
  input.feed('WARN b\n');
  await eventually(() => expect(input.acknowledged).toEqual([1, 2]));
  expect(written()).toBe('{"level":"INFO","message":"a\\n\\tat x"}\n');
  await eventually(() => expect(input.acknowledged).toEqual([1, 2, 3]));
  expect(written()).toContain('"b"');
  input.stop();
  await ending;
});

test('a record of one file is not acknowledged, and waits no longer, because of what another file does', async () => {
  const { input, ending, written } = await deliver(['--parse', 'pattern:%p %m', '--multiline', 'on']);
  input.feed('INFO quiet\n', 'quiet');
  input.feed('INFO b1\nINFO b2\n', 'busy');
  await eventually(() => expect(written()).toContain('"b1"'));
  expect(input.acknowledged).toEqual([]);
  // The busy one leaves no pause in which everything held back would leave.
  await eventually(
    () => {
      input.feed('INFO more\n', 'busy');
      expect(written()).toContain('"quiet"');
    },
    { everyMs: 5 },
  );
  await eventually(() => expect(input.acknowledged).toContain(1));
  input.stop();
  await ending;
  expect(input.acknowledged).toEqual(input.acknowledged.toSorted((a, b) => a - b));
});

test('a program that exits ends it, END included; what came later is not acknowledged', async () => {
  const { input, ending, written } = await deliver(['{ print } /stop/ { exit 3 } END { print "end" }']);
  input.feed('a\nstop\nb\n');
  input.feed('c\n');
  expect(await ending).toMatchObject({ code: 3 });
  expect(written()).toBe('a\nstop\nend\n');
  expect(input.acknowledged).not.toContain(2);
});

test('another transform is put to use between two rounds, and the old one ends first', async () => {
  const { input, delivery, ending, written } = await deliver(['{ print "old", $1 } END { print "bye" }']);
  input.feed('a\n');
  await eventually(() => expect(input.acknowledged).toEqual([1]));
  delivery.useStage(new InlineStage((await makeTransform(['{ print "new", $1 }'])).transform));
  input.feed('b\n');
  input.stop();
  await ending;
  expect(written()).toBe('old a\nbye\nnew b\n');
  expect(delivery.reloads).toBe(1);
});
