/** The modules of products that the configuration names. */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Config, ConfigError } from '../config.ts';
import type { MountedProduct } from '../http/products.ts';
import type { Product } from '../product.ts';

/** Loads them. Throws `ConfigError` for one that is not there, or is no product. */
export async function productsOf({
  products,
  dataDirectory,
}: Pick<Config, 'products' | 'dataDirectory'>): Promise<MountedProduct[]> {
  return await Promise.all(
    products.map(async (module) => {
      const product = await load(module);
      return { product, directory: resolve(join(dataDirectory, 'products', product.name)) };
    }),
  );
}

async function load(module: string): Promise<Product> {
  const wrong = (reason: string) => new ConfigError('DRAWDOWN_WITH', `names ${module}, ${reason}`);
  const isPath = /^\.{0,2}\/|\.m?js$/.test(module);
  const file = isPath ? resolve(module) : resolvePackage(module);
  if (file === null) throw wrong('which is not installed here');
  let loaded: { product?: Partial<Product> };
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (error) {
    throw wrong(`which cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
  const { product } = loaded;
  if (typeof product?.name === 'string' && typeof product.open === 'function') return product as Product;
  throw wrong('which exports no product');
}

/** As a program in the working directory would find it: the product installs the engine, not the other way round. */
function resolvePackage(name: string): string | null {
  try {
    return createRequire(join(process.cwd(), 'here.js')).resolve(name);
  } catch {
    return null;
  }
}
