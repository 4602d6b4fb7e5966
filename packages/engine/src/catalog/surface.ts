/** Where credits work, and what a feature does where they do not. Enforced by the server, from the session's surface. */
import { type Catalog, SURFACES, type Surface, type SurfaceMode } from './catalog.ts';

/** Whether a word from outside names a surface. */
export function isSurface(value: unknown): value is Surface {
  return SURFACES.some((surface) => surface === value);
}

/**
 * What using the feature on the surface means. Without a feature (an amount charged by the product's own server)
 * it is whether the surface has credits at all. An unknown feature is unsupported everywhere.
 */
export function surfacePolicy(catalog: Catalog, featureId: string | null, surface: Surface): SurfaceMode {
  if (featureId === null) return catalog.surfaces[surface].credits ? 'charge' : 'unsupported';
  return catalog.features[featureId]?.surfaces[surface] ?? 'unsupported';
}

/** The surfaces that a person can go to and be charged for the feature there; a server is not among them. */
export function supportedSurfaces(catalog: Catalog, featureId: string | null): Surface[] {
  return SURFACES.filter(
    (surface) => surface !== 'server' && surfacePolicy(catalog, featureId, surface) === 'charge',
  );
}

/** Where a refused surface hands over to, or null where the catalog names no place. */
export function handoffUrl(
  catalog: Catalog,
  { account, feature }: { account: string; feature: string | null },
): string | null {
  if (catalog.handoffUrl === null) return null;
  return catalog.handoffUrl
    .replaceAll('{account}', () => encodeURIComponent(account))
    .replaceAll('{feature}', () => encodeURIComponent(feature ?? ''));
}
