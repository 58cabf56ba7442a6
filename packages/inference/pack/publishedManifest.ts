/** package.json of the published package: the workspace's, with files that are built in place of sources. */
import type sources from '../package.json';

const entry = (name: string, types: string) => ({
  types: `./types/inference/${types}.d.ts`,
  default: `./${name}.js`,
});

/** @param sources package.json of the workspace */
export function publishedManifest({
  name,
  version,
  description,
  license,
  keywords,
  dependencies,
}: typeof sources) {
  return {
    ...{ name, version, description, license, keywords },
    type: 'module',
    engines: { node: '>=20.19' },
    sideEffects: ['./node.js', './node/*.js', './worker/*.js'],
    exports: {
      '.': {
        node: entry('node', 'node'),
        types: './types/inference/web.d.ts',
        // Who sets these follows `new URL('./...', import.meta.url)`: webpack, and Vite when it builds.
        webpack: './web.js',
        production: './web.js',
        // Who sets these and none of the above may not: Vite's development server before 8, and esbuild.
        development: './inline.js',
        module: './inline.js',
        default: './web.js',
      },
      './inline': entry('inline', 'web'),
      './node': entry('node', 'node'),
      './ort': { node: entry('node', 'node'), ...entry('ort', 'ort') },
      './package.json': './package.json',
    },
    files: ['*.js', 'types', 'node', 'worker', 'THIRD_PARTY.md'],
    peerDependencies: { 'onnxruntime-web': `^${dependencies['onnxruntime-web']}` },
    peerDependenciesMeta: { 'onnxruntime-web': { optional: true } },
  };
}
