// Kubernetes quantities as numbers: `100m` CPU is 0.1, `64Mi` of memory is 67,108,864.
// For limits, volume sizes and resourceFieldRef. Source: the grammar of apimachinery's resource.Quantity.

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]i?|Ki)?)$/;

/** The number a quantity stands for: cores, bytes, or whatever it counts. Throws when it is none. */
export function parseQuantity(text: string | number): number {
  const [, digits = '', exponent = '', suffix = ''] = QUANTITY.exec(String(text)) ?? [];
  const factor = SUFFIXES[suffix];
  if (digits === '' || factor === undefined) throw new Error(`${text}: not a Kubernetes quantity`);
  return Number(digits + exponent) * factor;
}
