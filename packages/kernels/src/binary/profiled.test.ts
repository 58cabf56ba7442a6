import { expect, it } from 'vitest';
import { type KernelProfile, loadTrainKernels } from '../train.ts';

it('counts the calls of each kernel and the time in it, and the kernels compute as ever', async () => {
  const profile: KernelProfile = new Map();
  const kernels = await loadTrainKernels({ variant: 'plain', profile });
  const at = kernels.alloc(1000);
  kernels.fill(at, 1000, 3);
  for (let i = 0; i < 3; i++) kernels.scale(at, 1000, 2);
  expect(kernels.f32(at, 1000).every((value) => value === 24)).toBe(true);
  expect(profile.get('scale')!.calls).toBe(3);
  expect(profile.get('scale')!.milliseconds).toBeGreaterThan(0);
  expect(profile.get('add')).toEqual({ calls: 0, milliseconds: 0 });
  expect([...profile.keys()]).not.toContain('memory');
});
