/**
 * For `node --import`: what Node has read of our sources once, it and the processes and threads it starts find stripped
 * of its types and compiled. A thread that strips types by itself loads a stripper in WebAssembly, which takes half a
 * second, and V8 has crashed as one thread ended while another used WebAssembly.
 */
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('./node_modules/.cache/node', import.meta.url));
enableCompileCache(process.env.NODE_COMPILE_CACHE);
