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

/** How many decimals the minor unit of a currency has, by ISO 4217: an `amount_minor` is in that unit. Two where it is no code. */
export const decimalsOf = (currency: string): number => KNOWN.get(currency) ?? 2;
