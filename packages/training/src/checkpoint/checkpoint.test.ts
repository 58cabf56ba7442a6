import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-checkpoint-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const checkpoint: Checkpoint = {
  recipeHash: 'abc',
  step: 12,
  totalSteps: 100,
  trainCount: 7,
  threads: 2,
  variant: 'plain',
  best: { cer: 0.5, best: 0.5 },
  lossSum: 1.25,
  lossCount: 3,
  seconds: 4.5,
  vectors: {
    weights: Float32Array.of(1, -2.5, 3e-9),
    m: new Float32Array(0),
    v: Float32Array.of(Number.NaN),
  },
};

describe('a checkpoint', () => {
  it('comes back as it was', () => {
    const path = join(folder, 'whole.ckpt');
    writeCheckpoint(path, checkpoint);
    expect(readCheckpoint(path)).toEqual(checkpoint);
  });

  it('is refused when cut short or changed, at any place', () => {
    const path = join(folder, 'damaged.ckpt');
    writeCheckpoint(path, checkpoint);
    const bytes = readFileSync(path);
    const invalid = expect.objectContaining({ code: 'CHECKPOINT_INVALID', details: { path } });
    for (let at = 0; at < bytes.length; at += 7) {
      writeFileSync(path, bytes.subarray(0, at));
      expect(() => readCheckpoint(path)).toThrow(invalid);
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      writeFileSync(path, changed);
      expect(() => readCheckpoint(path)).toThrow(invalid);
    }
    expect(() => readCheckpoint(join(folder, 'none'))).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_INVALID' }),
    );
  });

  it('is refused when its hash is right and its header is not', () => {
    const path = join(folder, 'forged.ckpt');
    for (const json of ['{', 'null', '{}', '{"vectors":{"weights":9}}', '{"vectors":{"weights":-1}}']) {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(json.length);
      const body = Buffer.concat([Buffer.from('RVCKPT01'), size, Buffer.from(json)]);
      writeFileSync(path, Buffer.concat([body, createHash('sha256').update(body).digest()]));
      expect(() => readCheckpoint(path)).toThrow(
        expect.objectContaining({ code: 'CHECKPOINT_INVALID', details: { path } }),
      );
    }
  });

  it('is read or refused, whatever its bytes are, also when their hash is right', () => {
    const path = join(folder, 'fuzzed.ckpt');
    writeCheckpoint(path, checkpoint);
    const body = readFileSync(path).subarray(0, -32);
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(changes, fc.option(fc.nat({ max: body.length })), (bytes, cut) => {
        const changed = Buffer.from(body.subarray(0, cut ?? body.length));
        for (const [at, value] of bytes) if (changed.length > 0) changed[at % changed.length] = value;
        writeFileSync(path, Buffer.concat([changed, createHash('sha256').update(changed).digest()]));
        let read: Checkpoint;
        try {
          read = readCheckpoint(path);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CHECKPOINT_INVALID', details: { path } });
          return;
        }
        expect(Number.isInteger(read.step)).toBe(true);
        expect(Object.values(read.vectors).every((vector) => vector instanceof Float32Array)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('leaves the old file and nothing else behind when the new one cannot be written', () => {
    const path = join(mkdtempSync(join(folder, 'taken-')), 'last.ckpt');
    mkdirSync(path);
    expect(() => writeCheckpoint(path, checkpoint)).toThrow();
    expect(readdirSync(dirname(path))).toEqual(['last.ckpt']);
  });

  it('is whole after its writer was killed, at whatever moment', async () => {
    const path = join(folder, 'killed.ckpt');
    const script = fileURLToPath(new URL('../fixtures/writeCheckpoints.ts', import.meta.url));
    for (let round = 0; round < 4; round++) {
      const writer = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      await once(writer.stdout, 'data');
      await setTimeout(3 + round * 7);
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const { step, vectors } = readCheckpoint(path);
      expect(vectors.weights!.every((value) => value === step)).toBe(true);
    }
  });
});
