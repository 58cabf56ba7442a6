/**
 * Streams, groups and incremental runs in a page, whose models run in its worker, beside the same calls in Node: the
 * same numbers to the last bit (plain SIMD), and snapshots of the same bytes, with and without isolation.
 */
import { rm } from 'node:fs/promises';
import { expect, type Page, test } from '@playwright/test';
import * as node from '@rivulet/inference/node';
import { servePage } from '../bench/servePage.ts';
import { stackBytes } from '../parity/graphs.ts';
import { buildPages } from './buildPages.ts';

const INPUT = 5;
const models = {
  forward: stackBytes({
    ...{ seed: 3, input: INPUT, dense: 4 },
    layers: [
      { op: 'GRU', hidden: 9 },
      { op: 'LSTM', hidden: 12 },
    ],
  }),
  int8: stackBytes({ seed: 4, input: INPUT, layers: [{ op: 'LSTM', hidden: 16 }], int8: true }),
  bidirectional: stackBytes({
    ...{ seed: 5, input: INPUT, dense: 3 },
    layers: [{ op: 'GRU', hidden: 8, direction: 'bidirectional' }],
  }),
};
type Files = Readonly<Record<keyof typeof models, readonly number[]>>;

let folder: string;
let served: Awaited<ReturnType<typeof servePage>>;
let isolated = false;

test.beforeAll(async () => {
  folder = await buildPages(['fused']);
  served = await servePage(folder, (_request, response) => {
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    return false;
  });
});

test.afterAll(async () => {
  served.close();
  await rm(folder, { recursive: true });
});

const files: Files = {
  forward: [...models.forward],
  int8: [...models.int8],
  bidirectional: [...models.bidirectional],
};

/** What a page may do with streams, told in lists. It runs in both places as it stands: nothing from outside it. */
async function story({ loadModel }: Pick<typeof node, 'loadModel'>, files: Files, input: number) {
  const open = (bytes: readonly number[]) => loadModel(Uint8Array.from(bytes), { variant: 'plain' });
  const steps = (n: number, from = 0) =>
    Float32Array.from({ length: n * input }, (_, i) => Math.sin((from * input + i) * 0.7));
  const list = ({ data, shape }: { data: Float32Array; shape: readonly number[] }) => [shape, [...data]];
  const told: Record<string, unknown> = {};
  for (const name of ['forward', 'int8'] as const) {
    const model = await open(files[name]);
    const stream = model.createStream();
    const pushed = [list(await stream.push(steps(1))), list(await stream.push(steps(6, 1)))];
    const snapshot = await stream.snapshot();
    const fork = stream.fork();
    const forked = list(await fork.push(steps(3, 7)));
    const restored = await model.restore(snapshot);
    const again = list(await restored.push(steps(3, 7)));
    const adapted: unknown[] = [];
    const source = new ReadableStream<Float32Array>({
      start(controller) {
        for (const from of [7, 8, 10]) controller.enqueue(steps(from === 8 ? 2 : 1, from));
        controller.close();
      },
    });
    const reader = source.pipeThrough(stream.toTransformStream()).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read())
      adapted.push(list(next.value));
    const total = await stream.steps();
    await stream.reset();
    const anew = list(await stream.push(steps(1)));
    const torn = await model.restore(snapshot.subarray(0, 60)).catch((error) => error.code);
    await stream.dispose();
    const late = await stream.push(steps(1)).catch((error) => error.code);

    const group = model.createStreamGroup(7);
    const rows = await group.push({ data: steps(2 * 7), shape: [2, 7, input] });
    const each = await group.pushEach([undefined, steps(4, 9), undefined, undefined, undefined, steps(1, 3)]);
    const member = [...(await group.snapshot(5))];
    told[name] = {
      ...{ pushed, snapshot: [...snapshot], forked, again, adapted, total, anew, torn, late },
      ...{ rows: list(rows), each: each.map((y) => (y ? list(y) : null)), member },
    };
    await model.dispose();
  }
  const model = await open(files.bidirectional);
  const run = model.createIncrementalRun();
  const grown: unknown[] = [];
  for (const [from, n] of [
    [0, 4],
    [4, 1],
    [5, 30],
  ] as const) {
    const { output, stable } = await run.push(steps(n, from));
    grown.push([list(output), stable]);
  }
  const whole = (await model.run({ x: { data: steps(35), shape: [35, 1, input] } })) as Record<string, never>;
  const refused = await model
    .createStream()
    .push(steps(1))
    .catch((error) => error.code);
  await model.dispose();
  return { ...told, grown, whole: Object.values(whole).map(list), refused };
}

async function open(page: Page): Promise<void> {
  // An address of its own: a page that is fetched again may keep the headers of before.
  await page.goto(`${served.url}fused.html?isolated=${isolated}`);
  await page.waitForFunction(() => 'rivulet' in window);
}

const inPage = (page: Page): Promise<Awaited<ReturnType<typeof story>>> =>
  page.evaluate(`(${story})(window.rivulet, ${JSON.stringify(files)}, ${INPUT})`);

test('a page tells the same story as Node, to the last byte of its snapshots', async ({ page }) => {
  const here = JSON.parse(JSON.stringify(await story(node, files, INPUT)));
  expect(here.forward).toMatchObject({ total: 11, torn: 'SNAPSHOT_INVALID', late: 'DISPOSED' });
  expect(here.forward.again).toEqual(here.forward.forked);
  expect(here.refused).toBe('ONNX_UNSUPPORTED');
  for (const wanted of [false, true]) {
    isolated = wanted;
    await open(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    expect(await inPage(page)).toEqual(here);
  }
});

test('a snapshot goes on in the other place, and in a worker that took the place of a dead one', async ({
  page,
}) => {
  const data = Array.from({ length: 4 * INPUT }, (_, i) => Math.cos(i));
  const model = await node.loadModel(models.forward, { variant: 'plain' });
  const stream = model.createStream();
  await stream.push(Float32Array.from(data));
  const snapshot = [...(await stream.snapshot())];
  isolated = true;
  await open(page);
  const restore = (page: Page) =>
    page.evaluate(
      async ([file, snapshot, data]) => {
        const held = window as unknown as { streams: Awaited<ReturnType<typeof window.rivulet.loadModel>> };
        held.streams ??= await window.rivulet.loadModel(Uint8Array.from(file!), { variant: 'plain' });
        const stream = await held.streams.restore(Uint8Array.from(snapshot!));
        const push = () => stream.push(Float32Array.from(data!));
        // A push that still meets the dead worker fails and changes nothing.
        const { data: y } = await push().catch(push);
        return { y: [...y], snapshot: [...(await stream.snapshot())] };
      },
      [files.forward, snapshot, data],
    );
  const there = await restore(page);
  const next = await stream.push(Float32Array.from(data));
  expect(there.y).toEqual([...next.data]);
  expect(there.snapshot).toEqual([...(await stream.snapshot())]);
  const back = await model.restore(Uint8Array.from(there.snapshot));
  expect(await back.push(Float32Array.from(data))).toEqual(await stream.push(Float32Array.from(data)));
  await page.workers()[0]!.evaluate(() => self.close());
  expect(await restore(page)).toEqual(there);
  await model.dispose();
});
