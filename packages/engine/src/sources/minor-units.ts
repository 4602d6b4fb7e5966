/** ISO 4217's minor units where they are not hundredths: how many decimals. The runtime's own table is of cash, not of this. */
const DECIMALS: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const KNOWN: ReadonlyMap<string, number> = new Map(
  Object.entries(DECIMALS).flatMap(([decimals, codes]) =>
    codes.split(' ').map((code): [string, number] => [code, Number(decimals)]),
  ),
);

/** How many decimals a currency's minor unit has, by ISO 4217; null where it is no code. */
export function decimalsOf(currency: string): number | null {
  return /^[A-Z]{3}$/.test(currency) ? (KNOWN.get(currency) ?? 2) : null;
}
