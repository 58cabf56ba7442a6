/**
 * Reads every import of the house and says which ones break its floors: an import only ever points to a
 * lower floor, never up, never sideways, and no two files need each other in a circle.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { parseSync } from 'vite';

/** House of a file, by its folder; an import between houses must go down. */
const FLOORS: readonly { prefix: string; floor: number }[] = [
  { prefix: 'packages/core', floor: 0 },
  { prefix: 'packages/kernels', floor: 1 },
  { prefix: 'packages/inference', floor: 2 },
  { prefix: 'packages/shell', floor: 2 },
  { prefix: 'packages/training', floor: 2 },
  { prefix: 'apps/front', floor: 3 },
  { prefix: 'apps/handwriting', floor: 3 },
  { prefix: 'apps/forecast', floor: 3 },
  { prefix: 'test', floor: 4 },
];

export interface Import {
  /** Repository paths, with forward slashes. */
  readonly from: string;
  readonly to: string;
  /** Types vanish at run time: they may not cross floors upward either, but cannot make a cycle. */
  readonly typeOnly: boolean;
}

/** TypeScript sources below `root`, tests included, generated folders and AssemblyScript left out. */
export function sourceFiles(root: string): string[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!/^(node_modules|dist|build|fixtures|dev-dist)$/.test(entry.name)) visit(path);
      } else if (/\.tsx?$/.test(entry.name) && !/\.as\.ts$|\.d\.ts$/.test(entry.name)) found.push(path);
    }
  };
  for (const top of ['packages', 'apps', 'test']) visit(top);
  return found;
}

/** Imports of one source text that lead to another file of the house. */
export function importsOf(root: string, from: string, text: string): Import[] {
  const { module } = parseSync(from, text);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const to = resolveInHouse(root, from, specifier);
    if (to) found.push({ from, to, typeOnly });
  };
  for (const item of module.staticImports) {
    add(item.moduleRequest.value, item.entries.length > 0 && item.entries.every((entry) => entry.isType));
  }
  for (const item of module.staticExports) {
    for (const entry of item.entries) {
      if (entry.moduleRequest) add(entry.moduleRequest.value, entry.isType);
    }
  }
  for (const item of module.dynamicImports) {
    const literal = /^['"`]([^'"`]+)['"`]$/.exec(
      text.slice(item.moduleRequest.start, item.moduleRequest.end),
    );
    if (literal?.[1]) add(literal[1], false);
  }
  return found;
}

function resolveInHouse(root: string, from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    return relative(root, resolve(root, dirname(from), specifier.replace(/\?.*$/, '')))
      .split(sep)
      .join('/');
  }
  const scoped = /^@rivulet\/([\w-]+)(?:\/(.+))?$/.exec(specifier);
  if (!scoped) return undefined;
  const [, name = '', entry] = scoped;
  const folder = [`packages/${name}`, `apps/${name}`, name].find((path) =>
    existsSync(join(root, path, 'package.json')),
  );
  if (!folder) return `unknown:${specifier}`;
  const { exports = {} } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const target = targetOf(exports, entry ? `./${entry}` : '.');
  const file = typeof target === 'string' ? target : (target?.default ?? target?.node);
  return file ? posix.join(folder, file) : `unknown:${specifier}`;
}

type Target = string | { readonly default?: string; readonly node?: string } | undefined;

/** What `exports` of a package.json says of an entry; a `*` stands for any path, on both sides. */
function targetOf(exports: Readonly<Record<string, Target>>, entry: string): Target {
  if (entry in exports) return exports[entry];
  for (const [pattern, target] of Object.entries(exports)) {
    const [before = '', after] = pattern.split('*');
    if (after === undefined || typeof target !== 'string') continue;
    if (entry.startsWith(before) && entry.endsWith(after)) {
      return target.replace('*', entry.slice(before.length, entry.length - after.length));
    }
  }
  return undefined;
}

function floorOf(path: string): { prefix: string; floor: number } | undefined {
  return FLOORS.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
}

/** A sentence for every import that leaves its house upward, sideways or to nowhere. */
export function floorViolations(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to }) => {
    const above = floorOf(from);
    const below = floorOf(to);
    if (!above) return [`${from} stands on no floor`];
    if (!below) return [`${from} imports ${to}, which stands on no floor`];
    if (above.prefix === below.prefix || above.floor > below.floor) return [];
    return [
      `${from} (floor ${above.floor}) imports ${above.floor === below.floor ? 'sideways' : 'up'}: ${to}`,
    ];
  });
}

/** The circles of files that need each other at run time, each as the path that closes it. */
export function cycles(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, typeOnly } of imports) {
    if (!typeOnly && from !== to) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      found.push([...path.slice(at), file].join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const to of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return found;
}

/** Every import of the house. */
export function allImports(root: string): Import[] {
  return sourceFiles(root).flatMap((file) => importsOf(root, file, readFileSync(join(root, file), 'utf8')));
}
