import { useEffect, useState } from 'react';

/**
 * State that outlives the page for as long as its tab: what was typed is still there after a checkout. `key` names it
 * among all that the product keeps.
 */
export function useKept(key: string, initial: string): [string, (value: string) => void] {
  const name = `drawdown.kept.${key}`;
  const [value, setValue] = useState(() => read(name) ?? initial);
  useEffect(() => {
    try {
      sessionStorage.setItem(name, value);
    } catch {
      // Then it lasts as long as the page.
    }
  }, [name, value]);
  return [value, setValue];
}

function read(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}
