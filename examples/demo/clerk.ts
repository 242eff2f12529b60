// One of the servers behind http-ambassador in the demo: it takes a moment for each errand and answers with its own name.
// Usage: clerk.ts NAME PORT; it ends when it is killed.

import { createServer } from 'node:http';

const MOMENT_MS = 5;

const [name = '', port = ''] = process.argv.slice(2);
createServer((_request, response) => setTimeout(() => response.end(name), MOMENT_MS)).listen(
  Number(port),
  '127.0.0.1',
);
process.on('SIGINT', () => {}); // Ctrl-C is the demo's to handle
process.on('disconnect', () => process.exit(0));
