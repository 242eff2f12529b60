// Cipher suites by the names of the RFCs, as Java and Go have them, in OpenSSL's words. Pure.

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` -> `ECDHE-RSA-AES128-GCM-SHA256`; those of TLS 1.3 stay as they are. */
export function openSslName(suite: string): string {
  if (!suite.includes('_WITH_')) return suite;
  return suite
    .replace(/^TLS_(RSA_)?/, '')
    .replace(/(^|_)WITH_/, '$1')
    .replace(/AES_(\d+)/, 'AES$1')
    .replace('_CBC', '')
    .replace(/(CHACHA20_POLY1305)_SHA256$/, '$1')
    .replaceAll('_', '-');
}
