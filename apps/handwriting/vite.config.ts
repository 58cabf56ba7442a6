import { workerOutput } from '@rivulet/inference/pack/workerOutput.ts';
import { pageConfig } from '@rivulet/shell/build/pageConfig.ts';
import { defineConfig } from 'vite';

export default defineConfig(
  pageConfig({
    models: new URL('../../models/', import.meta.url),
    model: 'handwriting-en',
    service: 'inkRecogniser',
    adapts: true,
    workerOutput,
    manifest: {
      name: 'Rivulet handwriting',
      short_name: 'Handwriting',
      description: 'Write with pen, finger or mouse; the words become text while the pen still moves.',
      categories: ['productivity', 'utilities'],
    },
  }),
);
