import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { allImports, cycles, floorViolations, importsOf, sourceFiles } from './houseRules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the floors of the house', () => {
  const imports = allImports(root);

  it('has sources and imports to judge', () => {
    expect(imports.length).toBeGreaterThan(50);
  });
  it('no import points up or sideways', () => expect(floorViolations(imports)).toEqual([]));
  it('no files need each other in a circle', () => expect(cycles(imports)).toEqual([]));
  it('core uses no DOM and no Node built-ins', () => {
    const uses = sourceFiles(root)
      .filter((file) => file.startsWith('packages/core/src') && !/\.test\.ts$|\/fixtures\//.test(file))
      .filter((file) => /from 'node:|(?<![./\w])(document|window|navigator|process)\./.test(code(file)));
    expect(uses).toEqual([]);
  });
  it('what trains on a page needs no Node built-ins, however far its imports lead', () => {
    const edges = imports.filter(({ typeOnly }) => !typeOnly);
    const reached = new Set(['packages/training/src/network.ts']);
    for (const file of reached) for (const { from, to } of edges) if (from === file) reached.add(to);
    expect(reached).toContain('packages/training/src/nn/ops/attention.ts');
    expect(reached).toContain('packages/training/src/bptt/truncation.ts');
    const kernels = [...reached].filter((file) => !file.startsWith('packages/kernels/src/binary/'));
    expect(kernels.filter((file) => /from 'node:/.test(code(file)))).toEqual([]);
  });
  it.each(['packages/training/src/adapt/web.ts', 'packages/training/src/adapt/adaptWorker.ts'])(
    'nothing that %s needs on a page uses a Node built-in',
    (entry) => {
      const needed = new Set([entry]);
      for (const file of needed) {
        for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) needed.add(to);
      }
      expect(needed.size).toBeGreaterThan(5);
      const uses = [...needed].filter((file) => /from 'node:|import\('node:/.test(code(file)));
      expect(uses).toEqual([]);
    },
  );
  it('no address of another origin stands in code that pages load', () => {
    const origins = sourceFiles(root)
      .filter(
        (file) =>
          /^(apps|packages\/(shell|inference|core|kernels))\//.test(file) && !/\.test\.tsx?$/.test(file),
      )
      .filter((file) => /https?:\/\/(?!localhost|127\.0\.0\.1|www\.w3\.org)/.test(code(file)));
    expect(origins).toEqual([]);
  });
});

describe('the judge itself', () => {
  const judge = (from: string, text: string) => floorViolations(importsOf(root, from, text));

  it('sees an import that points up', () => {
    expect(judge('packages/core/src/x.ts', `import { a } from '@rivulet/kernels/train';`)).toHaveLength(1);
    expect(
      judge('packages/core/src/x.ts', `import type { a } from '../../kernels/src/train.ts';`),
    ).toHaveLength(1);
    expect(judge('packages/core/src/x.ts', `const a = await import('@rivulet/inference');`)).toHaveLength(1);
  });
  it('sees an import that points sideways', () => {
    expect(judge('packages/training/src/x.ts', `export * from '@rivulet/inference';`)).toHaveLength(1);
    expect(judge('apps/forecast/src/x.ts', `import '../../handwriting/src/main.tsx';`)).toHaveLength(1);
  });
  it('lets an import point down or stay in its house', () => {
    expect(judge('apps/forecast/src/x.ts', `import { a } from '@rivulet/core'; import './y.ts';`)).toEqual(
      [],
    );
  });
  it('sees a circle, but not one of types alone', () => {
    const edge = (from: string, to: string, typeOnly = false) => ({ from, to, typeOnly });
    expect(cycles([edge('a', 'b'), edge('b', 'c'), edge('c', 'a')])).toEqual(['a -> b -> c -> a']);
    expect(cycles([edge('a', 'b'), edge('b', 'a', true)])).toEqual([]);
  });
});

/** The source without its comments, which may speak of anything. */
function code(file: string): string {
  return readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|(^|[^:])\/\/.*$/gm, '$1');
}
