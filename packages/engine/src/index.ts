export type { Catalog } from './catalog/catalog.ts';
export { CatalogError, loadCatalog, readCatalog } from './catalog/load.ts';
export { shippedCatalog } from './catalog/shipped.ts';
export { type Call, Engine, type EngineOptions, MIGRATIONS } from './engine.ts';
export { DrawdownError, PROBLEMS, type ProblemCode } from './errors.ts';
export type {
  OpenedProduct,
  Product,
  ProductAnswer,
  ProductHost,
  ProductRequest,
  ProductRoute,
  SignedInRequest,
} from './product.ts';
export { type Connection, type Database, DatabaseError, type Statement } from './store/database.ts';
export { EmbeddedFailed, EmbeddedInUse, openEmbedded } from './store/embedded.ts';
export { exportHeads, type Head } from './store/heads.ts';
export { migrate, SchemaError } from './store/migrate.ts';
export { openPostgres } from './store/postgres.ts';
export { UnsafeServer } from './store/safety.ts';
export { type Fault, type Verified, type VerifyOptions, verify } from './store/verify.ts';
