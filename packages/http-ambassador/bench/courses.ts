// What the race is run on: who takes part, what is asked for, which side speaks TLS, and what our goal is. Each course
// isolates one cost; everyone has one core and keeps connections to the upstream.

export type Course = {
  readonly title: string;
  /** What the client speaks to the contestant, and the contestant to the upstream. */
  readonly front: 'http' | 'https' | 'tcp';
  readonly back: 'http' | 'https' | 'tcp';
  readonly path: string;
  readonly connections: number;
  /** One line for each request, by those who can. */
  readonly log: boolean;
  /** Whose CPU is 1. */
  readonly base: 'nginx' | 'haproxy';
  readonly who: readonly string[];
  /** Of http-ambassador, as a multiple of the base. */
  readonly goal: number;
};

const daemons = ['nginx', 'haproxy', 'http-ambassador'];
const all = [...daemons, 'http-proxy', 'http-proxy-3', 'httpxy'];
const http = {
  front: 'http',
  back: 'http',
  path: '/small',
  connections: 32,
  log: false,
  base: 'nginx',
} as const;

const tcp = {
  ...http,
  front: 'tcp',
  back: 'tcp',
  base: 'haproxy',
  who: ['haproxy', 'nginx', 'http-ambassador'],
} as const;

export const courses: Readonly<Record<string, Course>> = {
  small: { ...http, title: 'small requests', who: all, goal: 1.3 },
  logged: {
    ...http,
    title: 'small requests, access log on',
    log: true,
    who: ['nginx', 'http-ambassador'],
    goal: 1.3,
  },
  '64k': { ...http, title: 'bodies of 64 KiB', path: '/64k', connections: 8, who: all, goal: 1.1 },
  '1m': { ...http, title: 'bodies of 1 MiB', path: '/1m', connections: 8, who: all, goal: 1.1 },
  mtls: { ...http, title: 'small requests, mTLS to the upstream', back: 'https', who: daemons, goal: 1.1 },
  tls: { ...http, title: 'small requests, TLS from the client', front: 'https', who: daemons, goal: 1.3 },
  tcp: { ...tcp, title: 'TCP, small messages', goal: 1.2 },
  'tcp-1m': { ...tcp, title: 'TCP, streams of 1 MiB', path: '/1m', connections: 8, goal: 1.2 },
};
