// Drives the npm package tail-file 1.4 as its README shows: one write per line, and no signal handler (it has no drain).
import { createRequire } from 'node:module';

const Tail = createRequire(import.meta.url)('tail-file');
const tail = new Tail(process.argv[2], { startPos: 'start', force: true });
tail.on('error', (error) => process.stderr.write(`${error}\n`));
tail.on('line', (line) => process.stdout.write(`${line}\n`));
tail.start();
