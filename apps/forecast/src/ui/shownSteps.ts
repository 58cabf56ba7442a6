/** Past steps on the chart: four horizons, so that the judged forecasts are all seen, and two seasons if they fit. */
export function shownSteps(horizon: number, season = 1): number {
  const wide = Math.max(4 * horizon, Math.min(2 * season, 8 * horizon));
  // A phone has room for half of it; fewer pixels than steps show nothing more.
  return matchMedia('(max-width: 40rem)').matches ? Math.max(2 * horizon, Math.round(wide / 2)) : wide;
}
