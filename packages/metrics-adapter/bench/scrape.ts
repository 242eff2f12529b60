// What a scrape of 100 000 series costs without HTTP, by how many of them changed: `node bench/scrape.ts`.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Scraper } from '../src/exposition/scrape.ts';
import { text } from '../src/exposition/text.ts';
import { Workbench } from '../test/statsd/workbench.ts';

const SERIES = 100_000;
const bench = new Workbench();
const touch = (series: number): void => {
  for (let n = 0; n < series; n++)
    bench.send(`http.requests:1|c|#path:/api/v1/items/${n},code:200,method:GET`);
};
const clock = { nowMs: () => Date.now(), elapsedMs: () => performance.now(), pause: () => nextTurn() };
const scraper = new Scraper(bench.store, () => [], clock);

for (const changed of [SERIES, SERIES, SERIES, SERIES, SERIES / 10, SERIES / 10, SERIES / 100, 0]) {
  touch(changed);
  scraper.longestSliceMs = 0;
  const before = process.cpuUsage();
  const pieces = await scraper.scrape(text);
  scraper.release();
  const { user, system } = process.cpuUsage(before);
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
  const cpuMs = ((user + system) / 1000).toFixed(1);
  process.stdout.write(
    `${changed} changed: ${cpuMs} ms CPU, longest slice ${scraper.longestSliceMs.toFixed(1)} ms, ${bytes} bytes\n`,
  );
}
