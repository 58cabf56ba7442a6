export * from './splitText.ts';
export * from './vocabulary.ts';
