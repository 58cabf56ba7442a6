/** How a bundler is to write the worker's code. */
export const workerOutput = {
  /**
   * Left alone a bundler makes a file of everything that two parts share, and a worker fetches such files one after
   * the other before it runs its first line; nothing can preload for it.
   */
  codeSplitting: {
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
  },
  /**
   * V8 reads a function once to find its end and again when it is called. Most of the first file's are called before
   * the first result: told so, it compiles them as it reads them. Other engines see a comment.
   */
  postBanner: ({ name }: { readonly name: string }): string =>
    name === 'worker' ? '//# allFunctionsCalledOnLoad' : '',
};
