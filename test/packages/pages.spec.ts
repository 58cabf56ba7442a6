/** The tarball in pages: built by what people build with, without a word of configuration, and not built at all. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test } from '@playwright/test';
import { loadForecaster, loadModel } from '@rivulet/inference/node';
import { build as esbuild } from 'esbuild';
import sirv from 'sirv';
import { createServer, type ViteDevServer, build as vite } from 'vite';
import webpack from 'webpack';
import { servePage } from '../bench/servePage.ts';
import { results } from './consumer/results.js';
import { type InstalledProject, installedProject } from './installedProject.ts';

const models = fileURLToPath(new URL('../../models/', import.meta.url));
const modelFiles = sirv(models);

let project: InstalledProject;
let expected: Awaited<ReturnType<typeof results>>;
test.beforeAll(async () => {
  project = await installedProject();
  expected = await results(loadForecaster, loadModel, models);
});
test.afterAll(() => project?.dispose());

/** Opens a page and expects the answers of Node from it, by one worker. */
async function expectAnswers(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.waitForFunction(() => 'results' in window);
  expect(await page.evaluate(() => (window as unknown as { results: unknown }).results)).toEqual(expected);
  expect(page.workers()).toHaveLength(1);
}

/** A site's policy that allows what README says the package needs: with its files, and with all of it inside. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const POLICY_INLINE = `${POLICY}; worker-src blob:; connect-src 'self' data:`;

interface Serving {
  readonly path?: string;
  readonly policy?: string;
  /** Runs while the page is still served. */
  readonly more?: () => Promise<void>;
}

/** The same of a page that lies in a folder. */
async function expectServed(page: Page, folder: string, { path = '', policy, more }: Serving): Promise<void> {
  const served = await servePage(folder, (request, response) => {
    if (policy) response.setHeader('content-security-policy', policy);
    if (!request.url?.startsWith('/models/')) return false;
    request.url = request.url.slice('/models'.length);
    modelFiles(request, response, () => void response.writeHead(404).end());
    return true;
  });
  try {
    await expectAnswers(page, served.url + path);
    await more?.();
  } finally {
    served.close();
  }
}

const out = (name: string): string => join(project.folder, 'out', name);

async function viteBuild(input: string): Promise<string> {
  const { folder: root } = project;
  const outDir = out(input);
  const options = { outDir, rollupOptions: { input: join(root, input) } };
  await vite({ root, configFile: false, logLevel: 'error', build: options });
  return outDir;
}

test('Vite', async ({ page }) => {
  const folder = await viteBuild('index.html');
  await expectServed(page, folder, { policy: POLICY });
  const assets = await readdir(join(folder, 'assets'));
  expect(assets.filter((name) => name.startsWith('ort'))).toEqual([]);
});

test('Vite, and onnxruntime-web when a model asks for it', async ({ page }) => {
  await project.addOrt();
  const fetched: string[] = [];
  page.on('request', (request) => fetched.push(request.url()));
  const ofOrt = () => fetched.filter((url) => url.includes('ort-wasm'));
  const more = async (): Promise<void> => {
    expect(ofOrt()).toEqual([]);
    const answer = await page.evaluate(() => (window as unknown as { byOrt(): unknown }).byOrt());
    expect(answer).toEqual({ engine: 'ort', shape: expected.shape });
    expect(ofOrt()).toHaveLength(1);
  };
  await expectServed(page, await viteBuild('ort.html'), { path: 'ort.html', policy: POLICY, more });
});

test('webpack', async ({ page }) => {
  const folder = out('webpack');
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    const output = { path: folder, filename: 'app.js' };
    // Minimising is the slow part, and terser's.
    const optimization = { minimize: false };
    webpack(
      { mode: 'production', context: project.folder, entry: './main.js', output, optimization },
      (error, done) => (error ? reject(error) : resolve(done)),
    );
  });
  const { errors, warnings } = stats!.toJson({ all: false, errors: true, warnings: true });
  expect([errors, warnings]).toEqual([[], []]);
  await copyFile(join(project.folder, 'built.html'), join(folder, 'index.html'));
  await expectServed(page, folder, { policy: POLICY });
});

for (const format of ['esm', 'iife'] as const) {
  test(`esbuild, ${format}`, async ({ page }) => {
    const folder = out(`esbuild-${format}`);
    await mkdir(folder, { recursive: true });
    const { warnings } = await esbuild({
      ...{ absWorkingDir: project.folder, entryPoints: ['main.js'], logLevel: 'silent' },
      ...{ bundle: true, format, outfile: join(folder, 'app.js') },
    });
    expect(warnings).toEqual([]);
    await copyFile(join(project.folder, 'built.html'), join(folder, 'index.html'));
    await expectServed(page, folder, { policy: POLICY_INLINE });
  });
}

test('no bundler', ({ page }) => expectServed(page, project.folder, { path: 'plain.html' }));

test("Vite's development server", async ({ page }) => {
  // It calls this process one of development, which builds after it would take for their own.
  const { NODE_ENV } = process.env;
  const models = {
    name: 'models',
    configureServer: ({ middlewares }: ViteDevServer) => void middlewares.use('/models', modelFiles),
  };
  const server = await createServer({
    ...{ root: project.folder, configFile: false, logLevel: 'error', plugins: [models] },
    server: { port: 0, host: '127.0.0.1' },
  });
  try {
    await server.listen();
    await expectAnswers(page, server.resolvedUrls!.local[0]!);
  } finally {
    await server.close();
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
});
