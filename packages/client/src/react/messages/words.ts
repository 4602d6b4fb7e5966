/** A sentence with `{places}`, or one for each plural category of its `{count}`. */
export type Message = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>);

export type Words = Record<string, string | { one?: string; other: string }>;
