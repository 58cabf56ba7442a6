/**
 * The contract of the worker border: types only, so that both sides and their tests can import it for free.
 * The border knows services by name and methods by name; it knows nothing of ink or sensors.
 */

type MethodName<S> = {
  [K in keyof S]: S[K] extends (...args: never[]) => Promise<unknown> ? K : never;
}[keyof S] &
  string;

export interface CallOptions {
  /** Aborting rejects at once with ABORTED and drops the call if it is still waiting its turn. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A loaded service, wherever it lives: in the worker (web) or in this process (Node).
 * Calls on one service run in the order they were made. Arguments and results are copied by structured
 * clone, so they must be plain data and typed arrays.
 */
export interface Remote<S> {
  call<M extends MethodName<S>>(
    method: M,
    args: S[M] extends (...args: infer A) => unknown ? A : never,
    options?: CallOptions,
  ): Promise<S[M] extends (...args: never[]) => Promise<infer R> ? R : never>;
  /** Frees the service and its model. Later calls reject with DISPOSED. */
  dispose(): Promise<void>;
}
