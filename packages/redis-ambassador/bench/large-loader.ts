// A process for large-beside-small.ts: gets the key `large` from the port in its first argument, again and again.
import { connect } from 'node:net';

const HEAD = 64;
const GET = '*2\r\n$3\r\nGET\r\n$5\r\nlarge\r\n';
let left = 0;

const socket = connect({ port: Number(process.argv[2]), host: '127.0.0.1' }, () => socket.write(GET));
socket.on('data', (chunk) => {
  if (left === 0) {
    const head = chunk.toString('latin1', 0, HEAD);
    left = head.indexOf('\n') + 1 + Number(head.slice(1, head.indexOf('\r'))) + 2;
  }
  left -= chunk.length;
  if (left > 0) return;
  process.stdout.write('.'); // one more
  socket.write(GET);
});
socket.on('close', () => process.exit(1));
