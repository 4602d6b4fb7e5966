/** What a person wanted when they went to buy credits: kept for this tab, so that they are asked again when they are back. */
export interface Asked {
  readonly account: string;
  readonly feature: string | null;
  readonly purchase: string;
}

const KEY = 'drawdown.asked';

export function keepAsked(asked: Asked): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(asked));
  } catch {
    // Then the way back ends at the page, and the button is there as ever.
  }
}

/** The purchase that was made for this feature; null: none was. */
export function readAsked({ account, feature }: Omit<Asked, 'purchase'>): string | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Asked | null;
    return kept?.account === account && kept.feature === feature ? kept.purchase : null;
  } catch {
    return null;
  }
}

export function forgetAsked(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}
