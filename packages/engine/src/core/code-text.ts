/** One form for all that a person may have typed for a code: case, spaces, hyphens and mistaken letters aside. */
export function canonicalCode(text: string): string {
  return text.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
