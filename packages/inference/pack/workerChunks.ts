/**
 * How a bundler is to cut the worker's code. Left alone it makes a file of everything that two parts share, and a
 * worker fetches such files one after the other before it runs its first line; nothing can preload for it.
 */
export const workerChunks = {
  groups: [
    // What every model needs: one file. The way to onnxruntime-web is no part of it: a bundler that saw it there
    // would put 14 MB among the files of every page.
    { name: 'worker', tags: ['$initial' as const], test: /^(?!.*[\\/]ortWorker\.ts$)/, priority: 2 },
    // What only models with a manifest need, whatever they are for.
    {
      name: 'manifest',
      test: /[\\/](valibot[\\/].*|(readManifest|parseManifest|checkManifest|openNetwork)\.ts)$/,
    },
  ],
};
