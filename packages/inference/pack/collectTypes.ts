/**
 * The declarations of the published package: those that can be reached from its entries, with names of our other
 * packages made into paths. A name is followed to the file that declares it and not through a package's index, so
 * that what users never see (and what it needs) stays out.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Its `include` names the packages: a file that is only imported from another package gets no declaration. */
const project = fileURLToPath(new URL('./tsconfig.json', import.meta.url));

/** `import type { A, B as C } from '@rivulet/core'`, and the same with `export`. */
const FROM_PACKAGE = /(import|export) (type )?\{([^}]*)\} from '@rivulet\/([\w-]+)[^']*'/g;
const SPECIFIER = /((?:from |import\(|import )['"])([^'"]+)(['"])/g;

/** A user's compiler need not have been told of `await using`. */
const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';
/** Nor of the web's names, in Node: these two are empty where they are declared, or are added to. */
const ASSEMBLY = 'declare global { namespace WebAssembly { interface Memory {} interface Module {} } }\n';

/**
 * @param entries names of files in src
 * @param into the folder that gets `<package>/<path>.d.ts`
 */
export async function collectTypes(entries: readonly string[], into: string): Promise<void> {
  const made = await mkdtemp(join(tmpdir(), 'rivulet-types-'));
  try {
    declare(made);
    const declared = await readDeclarations(made);
    const waiting = entries.map((entry) => `inference/src/${entry.replace(/\.ts$/, '.d.ts')}`);
    const seen = new Set(waiting);
    for (const path of waiting) {
      const { text, needs } = linked(path, declared);
      for (const needed of needs) {
        if (!seen.has(needed)) waiting.push(needed);
        seen.add(needed);
      }
      const target = join(into, published(path));
      await mkdir(dirname(target), { recursive: true });
      const disposable = /Symbol\.(asyncD|d)ispose/.test(text) ? DISPOSABLE : '';
      await writeFile(target, disposable + text + (text.includes(': WebAssembly.') ? ASSEMBLY : ''));
    }
  } finally {
    await rm(made, { recursive: true });
  }
}

function declare(outDir: string): void {
  const { status, stdout } = spawnSync('tsc', ['-p', project, '--outDir', outDir], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`tsc made no declarations:\n${stdout}`);
}

/** Text of each declaration file by its path, with forward slashes. */
async function readDeclarations(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.d.ts'));
  return new Map(
    await Promise.all(
      names.map(
        async (name) => [name.replaceAll('\\', '/'), await readFile(join(folder, name), 'utf8')] as const,
      ),
    ),
  );
}

/** `core/src/tensor.d.ts` is published as `core/tensor.d.ts`. */
const published = (path: string): string => path.replace('/src/', '/');

/** A declaration with its specifiers as published, and the files that these need. */
function linked(path: string, declared: ReadonlyMap<string, string>): { text: string; needs: string[] } {
  const needs: string[] = [];
  const specifierOf = (needed: string): string => {
    if (!declared.has(needed)) throw new Error(`${path} needs ${needed}, which is not declared`);
    needs.push(needed);
    const from = posix.relative(posix.dirname(published(path)), published(needed)).replace(/\.d\.ts$/, '.js');
    return from.startsWith('.') ? from : `./${from}`;
  };
  const direct = declared.get(path)!.replace(FROM_PACKAGE, (_, verb, type = '', names, name) =>
    names
      .split(',')
      .map((part: string) => part.trim())
      .filter(Boolean)
      .map((part: string) => {
        const file = declaringFile(part.replace(/^type /, '').split(' as ')[0]!, name, declared);
        return `${verb} ${type}{ ${part} } from '${specifierOf(file)}'`;
      })
      .join(';\n'),
  );
  const text = direct.replace(SPECIFIER, (whole, before, specifier: string, after) => {
    if (specifier.endsWith('.js')) return whole;
    if (!specifier.startsWith('.')) throw new Error(`the types of users reach ${specifier} by ${path}`);
    const needed = posix.join(posix.dirname(path), specifier).replace(/\.ts$/, '.d.ts');
    return before + specifierOf(needed) + after;
  });
  return { text, needs };
}

function declaringFile(name: string, ofPackage: string, declared: ReadonlyMap<string, string>): string {
  const declares = new RegExp(
    `^export (declare )?(abstract )?(class|interface|type|const|function) ${name}\\b`,
    'm',
  );
  for (const [path, text] of declared) {
    if (path.startsWith(`${ofPackage}/src/`) && declares.test(text)) return path;
  }
  throw new Error(`no file of ${ofPackage} declares ${name}`);
}
