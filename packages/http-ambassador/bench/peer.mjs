// The npm peers of the race, each as its README says with the keep-alive agent it needs to be fair (without one,
// http-proxy opens a connection for each request): node bench/peer.mjs http-proxy|http-proxy-3|httpxy PORT TARGET
import { Agent, createServer } from 'node:http';

const [, , name, port, target] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

async function proxy() {
  if (name === 'httpxy') return (await import('httpxy')).createProxyServer({ target, agent });
  const library = await import(name);
  return (library.default ?? library).createProxyServer({ target, agent });
}

const web = await proxy();
web.on?.('error', (_error, _request, response) => response.writeHead?.(502).end());
createServer((request, response) => void web.web(request, response)).listen(Number(port), '127.0.0.1');
