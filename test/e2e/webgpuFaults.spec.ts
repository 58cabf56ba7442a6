/** The webgpu engine when something is wrong: coded errors, the next call works, and everything is given back. */
import { expect } from '@playwright/test';
import { test } from './gpuPage.ts';

test.describe.configure({ mode: 'serial' });

test('graphs that it does not run, by op and node', async ({ page }) => {
  const errors = await page.evaluate(async () => {
    const { createSession, stackBytes, errorOf } = window.gpu;
    const stack = (layer: object) =>
      stackBytes({ seed: 1, input: 2, layers: [{ op: 'LSTM', hidden: 3, ...layer }] });
    const open = (bytes: Uint8Array) => errorOf(createSession(bytes, { engine: 'webgpu' }));
    return [
      await open(stack({ clip: 0.5 })),
      await open(stack({ activations: ['Sigmoid', 'Relu', 'Tanh'] })),
    ];
  });
  for (const error of errors) {
    expect(error).toMatchObject({ code: 'ONNX_UNSUPPORTED', details: { op: 'LSTM', node: 'layer0' } });
  }
});

test('wrong feeds and lengths: as the fused engine says it, and the next call works', async ({ page }) => {
  const { errors, off } = await page.evaluate(async () => {
    const { createSession, stackBytes, feedsFor, difference, errorOf } = window.gpu;
    const kase = {
      seed: 2,
      input: 3,
      layers: [{ op: 'GRU' as const, hidden: 5 }],
      lengths: true,
      T: 4,
      B: 2,
    };
    const bytes = stackBytes(kase);
    const feeds = feedsFor(kase);
    const errors = [];
    const sessions = await Promise.all(
      (['webgpu', 'fused'] as const).map((engine) => createSession(bytes, { engine, variant: 'plain' })),
    );
    for (const session of sessions) {
      const lengths = { data: Int32Array.of(2, 9), shape: [2] };
      const x = { data: new Float32Array(6), shape: [1, 2, 3] };
      errors.push([
        await errorOf(session.run({ ...feeds, lengths })),
        await errorOf(session.run({ x: feeds.x! })),
        await errorOf(session.run({ ...feeds, x: { ...x, shape: [1, 3, 2] } })),
        await errorOf(session.run({ ...feeds, x: { data: new Float32Array(9), shape: [1, 3, 3] } })),
      ]);
    }
    const [mine, theirs] = await Promise.all(sessions.map((session) => session.run(feeds)));
    await Promise.all(sessions.map((session) => session.dispose()));
    return { errors, off: difference(mine!, theirs!) };
  });
  expect(errors[0]!.map((error) => error?.code)).toEqual([
    ...['ARGUMENT', 'ARGUMENT', 'TENSOR_SHAPE', 'MODEL_SHAPE'],
  ]);
  expect(errors[0]).toEqual(errors[1]);
  expect(off).toBeLessThan(1e-5);
});

test('an index that is not there', async ({ page }) => {
  const [mine, theirs] = await page.evaluate(async () => {
    const { createSession, embedding, errorOf } = window.gpu;
    const feeds = { a: { data: BigInt64Array.of(0n, 10n), shape: [1, 2] } };
    const sessions = await Promise.all(
      (['webgpu', 'fused'] as const).map((engine) => createSession(embedding(), { engine })),
    );
    const errors = await Promise.all(sessions.map((session) => errorOf(session.run(feeds))));
    await Promise.all(sessions.map((session) => session.dispose()));
    return errors;
  });
  expect(mine).toMatchObject({ code: 'ARGUMENT', details: { op: 'Gather', index: 10, size: 10 } });
  expect(mine).toEqual(theirs);
});

test('a hidden size beyond what a workgroup keeps', async ({ page }) => {
  const error = await page.evaluate(async () => {
    const { createSession, stackBytes, feedsFor, errorOf, loseDevice } = window.gpu;
    // 16 KiB is what every device has, and may be all.
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = function () {
      return requestDevice.call(this);
    };
    await loseDevice();
    const kase = { seed: 1, input: 1, layers: [{ op: 'RNN' as const, hidden: 2000 }], T: 1, B: 1 };
    const session = await createSession(stackBytes(kase), { engine: 'webgpu' });
    GPUAdapter.prototype.requestDevice = requestDevice;
    const error = await errorOf(session.run(feedsFor(kase)));
    await session.dispose();
    await loseDevice();
    return error;
  });
  expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', details: { hidden: 2000, limit: 16384 } });
});

test('overlapping calls go in order, with what they were given', async ({ page }) => {
  const offs = await page.evaluate(async () => {
    const { createSession, stackBytes, feedsFor, difference } = window.gpu;
    const kase = { seed: 4, input: 3, layers: [{ op: 'RNN' as const, hidden: 4 }], T: 3, B: 1 };
    const bytes = stackBytes(kase);
    const webgpu = await createSession(bytes, { engine: 'webgpu' });
    const fused = await createSession(bytes, { engine: 'fused', variant: 'plain' });
    const { x } = feedsFor(kase);
    const data = x!.data as Float32Array;
    const done: number[] = [];
    const calls = [];
    const expected: Awaited<ReturnType<typeof fused.run>>[] = [];
    for (let i = 0; i < 5; i++) {
      data.fill(i / 5);
      expected.push(await fused.run({ x: x! }));
      calls.push(webgpu.run({ x: x! }).finally(() => done.push(i)));
    }
    data.fill(9);
    const last = webgpu.dispose();
    const results = await Promise.all(calls);
    await last;
    await fused.dispose();
    return { offs: results.map((result, i) => difference(result, expected[i]!)), done };
  });
  expect(Math.max(...offs.offs)).toBeLessThan(1e-6);
  expect(offs.done).toEqual([0, 1, 2, 3, 4]);
});

test('after dispose: DISPOSED, every buffer destroyed', async ({ page }) => {
  const { error, created, live } = await page.evaluate(async () => {
    const { createSession, stackBytes, feedsFor, errorOf } = window.gpu;
    const { createBuffer } = GPUDevice.prototype;
    const { destroy } = GPUBuffer.prototype;
    const live = new Set<GPUBuffer>();
    let created = 0;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const buffer = createBuffer.call(this, descriptor);
      live.add(buffer);
      created++;
      return buffer;
    };
    GPUBuffer.prototype.destroy = function () {
      live.delete(this);
      return destroy.call(this);
    };
    const kase = {
      seed: 5,
      input: 3,
      layers: [{ op: 'LSTM' as const, hidden: 4 }],
      lengths: true,
      T: 3,
      B: 1,
    };
    const session = await createSession(stackBytes(kase), { engine: 'webgpu' });
    // More shapes than stay bound.
    for (let T = 1; T <= 10; T++) await session.run(feedsFor({ ...kase, T }));
    await session.dispose();
    await session.dispose();
    GPUDevice.prototype.createBuffer = createBuffer;
    GPUBuffer.prototype.destroy = destroy;
    return { error: await errorOf(session.run(feedsFor(kase))), created, live: live.size };
  });
  expect(error).toMatchObject({ code: 'DISPOSED' });
  expect(created).toBeGreaterThan(10);
  expect(live).toBe(0);
});

test('a device that is lost: DEVICE_LOST, and the next call opens another', async ({ page }) => {
  const { error, off, between } = await page.evaluate(async () => {
    const { createSession, stackBytes, feedsFor, difference, errorOf } = window.gpu;
    const kase = { seed: 6, input: 3, layers: [{ op: 'GRU' as const, hidden: 4 }], T: 3, B: 1 };
    const session = await createSession(stackBytes(kase), { engine: 'webgpu' });
    const feeds = feedsFor(kase);
    const before = await session.run(feeds);
    const { submit } = GPUQueue.prototype;
    const { createBuffer } = GPUDevice.prototype;
    let device: GPUDevice | undefined;
    const watch = () => {
      GPUDevice.prototype.createBuffer = function (descriptor) {
        device = this;
        return createBuffer.call(this, descriptor);
      };
    };
    watch();
    GPUQueue.prototype.submit = function (commands) {
      submit.call(this, commands);
      device?.destroy();
    };
    // Another shape makes buffers, which tells the device.
    const error = await errorOf(session.run(feedsFor({ ...kase, T: 5 })));
    GPUQueue.prototype.submit = submit;
    const after = await session.run(feeds);
    // Lost while nothing runs: nobody has to know.
    await session.run(feedsFor({ ...kase, T: 6 }));
    device!.destroy();
    await device!.lost;
    const again = await session.run(feeds);
    GPUDevice.prototype.createBuffer = createBuffer;
    await session.dispose();
    return { error, off: difference(after, before), between: difference(again, before) };
  });
  expect(error).toMatchObject({ code: 'DEVICE_LOST', details: { reason: expect.any(String) } });
  expect(off).toBe(0);
  expect(between).toBe(0);
});

test('no adapter: ENGINE_UNAVAILABLE says why', async ({ page }) => {
  const error = await page.evaluate(async () => {
    const { createSession, stackBytes, errorOf, loseDevice } = window.gpu;
    const { requestAdapter } = GPU.prototype;
    // The device that is open serves whoever comes; after a loss there must be another.
    await loseDevice();
    GPU.prototype.requestAdapter = async () => null;
    const bytes = stackBytes({ seed: 1, input: 1, layers: [{ op: 'RNN', hidden: 1 }] });
    const error = await errorOf(createSession(bytes, { engine: 'webgpu' }));
    GPU.prototype.requestAdapter = requestAdapter;
    const session = await createSession(bytes, { engine: 'webgpu' });
    await session.dispose();
    return error;
  });
  expect(error).toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    details: { engine: 'webgpu', reason: 'the browser has no GPU adapter' },
  });
});

test('in the worker: abort, streams of named states, and no others', async ({ page }) => {
  const { engine, aborted, refused, rows } = await page.evaluate(async () => {
    const { stackBytes, errorOf } = window.gpu;
    const bytes = stackBytes({ seed: 7, input: 2, layers: [{ op: 'GRU', hidden: 3 }], states: true });
    const model = await window.rivulet.loadModel(bytes, { engine: 'webgpu' });
    const signal = AbortSignal.abort();
    const aborted = [
      await errorOf(window.rivulet.loadModel(bytes, { engine: 'webgpu', signal })),
      await errorOf(
        model.run(
          {
            x: { data: new Float32Array(2), shape: [1, 1, 2] },
            h0: { data: new Float32Array(3), shape: [1, 1, 3] },
          },
          { signal },
        ),
      ),
    ];
    const refused = await errorOf(model.createStream().push(new Float32Array(2)));
    const stream = model.createStream({ states: { h0: 'hn' } });
    const first = await stream.push(Float32Array.of(0.5, -0.5));
    const second = await stream.push(Float32Array.of(0.25, 0.125));
    const other = await window.rivulet.loadModel(bytes, { engine: 'fused', variant: 'plain' });
    const whole = await other.run({
      x: { data: Float32Array.of(0.5, -0.5, 0.25, 0.125), shape: [2, 1, 2] },
      h0: { data: new Float32Array(3), shape: [1, 1, 3] },
    });
    const got = [...first.data, ...second.data];
    const rows = got.map((value, i) => Math.abs(value - whole.y!.data[i]!));
    await Promise.all([model.dispose(), other.dispose()]);
    return { engine: model.engine, aborted, refused, rows };
  });
  expect(engine).toBe('webgpu');
  expect(aborted.map((error) => error?.code)).toEqual(['ABORTED', 'ABORTED']);
  expect(refused).toMatchObject({ code: 'ONNX_UNSUPPORTED', details: { engine: 'webgpu' } });
  expect(rows).toHaveLength(6);
  expect(Math.max(...rows)).toBeLessThan(1e-5);
});

test('auto: a software adapter, a fast or a slow call, and a GPU that is not twice as fast stay where they are', async ({
  page,
}) => {
  const choices = await page.evaluate(async () => {
    const { choice } = window.gpu;
    return [
      await choice(100, 10, true),
      await choice(7, 1, false),
      await choice(100, 60, false),
      await choice(100, 40, false),
    ];
  });
  expect(choices.map(({ engine }) => engine)).toEqual(['fused', 'fused', 'fused', 'webgpu']);
  // Thirty-two steps of one sequence, on one engine and the other.
  const shape = [32, 1, 3];
  expect(choices.map(({ measured }) => measured)).toEqual([[], [shape], [shape, shape], [shape, shape]]);
  for (const { streamed, off, gone } of choices) {
    expect(streamed, 'streams go on as they did').toBe(1);
    expect(off).toBeLessThan(1e-5);
    expect(gone, 'both are disposed').toBe('DISPOSED');
  }
});

test('auto measures wide models only: none of a page asks for an adapter otherwise', async ({ page }) => {
  const asked = await page.evaluate(async () => {
    const { createSession, stackBytes } = window.gpu;
    const { requestAdapter } = GPU.prototype;
    let asked = 0;
    GPU.prototype.requestAdapter = function (options) {
      asked++;
      return requestAdapter.call(this, options);
    };
    const counts = [];
    // 4 * hidden * (hidden + 1) weights: 2^20 of them from 512 units on.
    for (const [hidden, options] of [
      [500, {}],
      [512, {}],
      [512, { variant: 'plain' }],
      [512, { engine: 'fused' }],
    ] as const) {
      const bytes = stackBytes({ seed: 1, input: 1, layers: [{ op: 'LSTM', hidden }] });
      const session = await createSession(bytes, options);
      counts.push([session.engine, asked]);
      await session.dispose();
    }
    GPU.prototype.requestAdapter = requestAdapter;
    return counts;
  });
  expect(asked).toEqual([
    ['fused', 0],
    ['fused', 1],
    ['fused', 1],
    ['fused', 1],
  ]);
});
