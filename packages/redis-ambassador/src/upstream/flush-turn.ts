// One write per connection and turn of the event loop: whatever clients sent in one poll of the sockets goes out together,
// right after it (setImmediate runs when the poll is done), so batching adds no delay. Hot.

type Flushable = { flush(): void };

let waiting: Flushable[] = [];
let spare: Flushable[] = [];

function run(): void {
  const now = waiting;
  waiting = spare;
  for (const each of now) each.flush();
  now.length = 0;
  spare = now;
}

export const FlushTurn = {
  /** Calls flush() once at the end of this turn. */
  add(connection: Flushable): void {
    if (waiting.push(connection) === 1) setImmediate(run);
  },
};
