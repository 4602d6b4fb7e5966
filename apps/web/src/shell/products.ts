/** Whether the server has a product beside the credits. */
export function servesProduct(name: string): boolean {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="drawdown-products"]');
  return (meta?.content ?? '').split(' ').includes(name);
}
