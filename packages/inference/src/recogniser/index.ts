/** Reading ink: the WICG classes for callers, `InkRecogniser` for the worker, `handwritingFunctions` to join the two. */
export * from './handwritingDrawing.ts';
export * from './handwritingFunctions.ts';
export * from './handwritingRecognizer.ts';
export * from './handwritingStroke.ts';
export * from './handwritingTypes.ts';
export * from './inkRecogniser.ts';
export * from './inkService.ts';
