/** A loaded forecaster as its user holds it; the model itself may live in a worker. */
import type { CallOptions, ForecasterService, Remote } from '../worker/api.ts';
import type { ForecastBand, ForecastRequest } from './forecastBand.ts';

export class Forecaster {
  readonly #remote: Remote<ForecasterService>;

  /** Made by `loadForecaster`. */
  constructor(remote: Remote<ForecasterService>) {
    this.#remote = remote;
  }

  /**
   * @param request `{ y, horizon, levels, season }`, see ForecastRequest; NaN is a reading that is missing
   * @throws ARGUMENT, SERIES_INVALID, ABORTED, WORKER_DIED (calling again loads again), DISPOSED
   */
  predict(request: ForecastRequest, options: CallOptions = {}): Promise<ForecastBand> {
    return this.#remote.call('predict', [request], options);
  }

  /** Gives the memory back. Twice is once. */
  dispose(): Promise<void> {
    return this.#remote.dispose();
  }

  declare readonly [Symbol.asyncDispose]: () => Promise<void>;

  static {
    // As in a stream: there may be no such symbol.
    if (Symbol.asyncDispose) {
      Object.defineProperty(Forecaster.prototype, Symbol.asyncDispose, {
        value: Forecaster.prototype.dispose,
      });
    }
  }
}
