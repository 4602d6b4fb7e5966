/** The console's own words, in English. `{count}` chooses the plural and is written as the language writes numbers. */
import { accountsInEnglish } from './english-accounts.ts';
import { actsInEnglish } from './english-acts.ts';
import { auditInEnglish } from './english-audit.ts';
import { codesInEnglish } from './english-codes.ts';
import { companyInEnglish } from './english-company.ts';
import type { Catalogue } from './word.ts';

export const english = {
  ...accountsInEnglish,
  ...actsInEnglish,
  ...auditInEnglish,
  ...companyInEnglish,
  ...codesInEnglish,
};

export type Word = keyof typeof english;
export type Words = Catalogue<Word>;
