// Which of the 16384 hash slots of a cluster does a key belong to? Hot, pure. CRC16 of the key, or of its hash tag: what
// stands between the first `{` and the next `}` behind it, when that is not empty (Redis Cluster specification, "Hash tags").

export const SLOTS = 16_384;

/** CRC-16/XMODEM: polynomial 0x1021, begins with 0 (the specification's appendix A). */
const crcOf = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc & 0xffff;
});

const [OPEN, CLOSE] = [123, 125];

/** The slot of the key data[from, to). */
export function slotOf(data: Buffer, from: number, to: number): number {
  let [first, last] = [from, to];
  for (let at = from; at < to; at++) {
    if (data[at] !== OPEN) continue;
    let close = at + 1;
    while (close < to && data[close] !== CLOSE) close++;
    if (close < to && close > at + 1) [first, last] = [at + 1, close];
    break;
  }
  let crc = 0;
  for (let at = first; at < last; at++) crc = ((crc << 8) & 0xffff) ^ crcOf[(crc >> 8) ^ data[at]!]!;
  return crc & (SLOTS - 1);
}
