/**
 * Sets NODE_COMPILE_CACHE, for this process's children: they and their threads find the types of our sources stripped
 * and their code compiled. A thread that strips by itself loads a stripper in WebAssembly, which takes half a second,
 * and V8 has crashed as one thread ended while another used WebAssembly.
 */
import { fileURLToPath } from 'node:url';

process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url));
