/** Which files of a built page a browser fetches to run a recurrent model. */

/** Chunks that only some models, calls or pages need. */
const ON_DEMAND =
  /\/(inkRecogniser|seriesForecaster|manifest|readKnown|sha256Here|modelStreams|operators|windows|equation|ringCaller|serveRings|borderFiles|otherEngine|ortSession|webgpuSession|fasterSession|compileBinary|readBinary)-/;

/** @param name relative to the page, with forward slashes */
export const isFetched = (name: string): boolean => !ON_DEMAND.test(name);

/** Browsers with relaxed SIMD have its kernels in the worker's script and fetch no others; models, data and icons are apart. */
export const isShell = (name: string): boolean =>
  /\.(html|js|css|wasm)$/.test(name) && !name.includes('infer.plain');
