// Drives the npm package @logdna/tail-file 4.0 as its README shows: piped to stdout, SIGTERM quits after the rest.
import { createRequire } from 'node:module';

const TailFile = createRequire(import.meta.url)('@logdna/tail-file');
const tail = new TailFile(process.argv[2], { startPos: 0 });
tail.on('tail_error', (error) => process.stderr.write(`${error}\n`));
tail.on('error', (error) => process.stderr.write(`${error}\n`));
tail.pipe(process.stdout);
process.on('SIGTERM', () => tail.quit());
await tail.start();
