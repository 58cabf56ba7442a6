export * from './manifest.ts';
export * from './parseManifest.ts';
