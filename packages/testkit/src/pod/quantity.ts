// Kubernetes quantities as numbers: `100m` CPU is 0.1, `64Mi` of memory is 67,108,864.
// For limits, volume sizes and resourceFieldRef. Source: the grammar of apimachinery's resource.Quantity.

const DECIMAL_EXPONENTS: Readonly<Record<string, string>> = {
  n: 'e-9',
  u: 'e-6',
  m: 'e-3',
  k: 'e3',
  M: 'e6',
  G: 'e9',
  T: 'e12',
  P: 'e15',
  E: 'e18',
};

const BINARY_FACTORS: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE])|([KMGTPE]i))?$/;

/** The number a quantity stands for: cores, bytes, or whatever it counts. Throws when it is none. */
export function parseQuantity(text: string | number): number {
  const [, digits, exponent, decimal = '', binary = ''] = QUANTITY.exec(String(text)) ?? [];
  if (digits === undefined) throw new Error(`${text}: not a Kubernetes quantity`);
  return Number(digits + (exponent ?? DECIMAL_EXPONENTS[decimal] ?? '')) * (BINARY_FACTORS[binary] ?? 1);
}
