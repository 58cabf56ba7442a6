/** `npm run package -w @rivulet/inference`: the publishable folder and its tarball, in dist/ or the folder named. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packPackage } from './packPackage.ts';

const dist = fileURLToPath(new URL('../dist', import.meta.url));
console.log(await packPackage(resolve(process.argv[2] ?? dist)));
