/** The page's one line to the model in its worker: loads it once, and after a failure loads it afresh. */
import { loadForecaster } from '@rivulet/inference';
import type { Band } from './forecastRecord.ts';

type Forecaster = Awaited<ReturnType<typeof loadForecaster>>;

/** Bands drawn, in percent. */
const BANDS = [80, 95];

export class Predictor {
  private readonly url: string;
  private loading: Promise<Forecaster> | undefined;

  /** @param url folder of the model, with a closing slash. */
  constructor(url: string) {
    this.url = url;
  }

  /** Resolves when forecasts can be made. A failed load is forgotten, so the next call tries again. */
  async load(): Promise<Forecaster> {
    // The service worker keeps the model with the page; a second copy would only cost space.
    this.loading ??= loadForecaster(this.url, { cache: 'none' });
    const { loading } = this;
    try {
      return await loading;
    } catch (error) {
      if (this.loading === loading) this.loading = undefined;
      throw error;
    }
  }

  /** @param y the past, NaN = missing. */
  async predict(y: Float32Array, horizon: number, season: number): Promise<Band> {
    const forecaster = await this.load();
    return forecaster.predict({ y, horizon, levels: BANDS, season });
  }
}
