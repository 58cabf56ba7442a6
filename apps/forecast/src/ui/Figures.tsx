/** How the earlier forecasts fared, beside the seasonal naive on the same points. */
import { untracked } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { type Score, score } from '../forecast/score.ts';
import { digitsFor, formatNumber, formatPercent, formatSpan, withUnit } from '../format.ts';
import { paced } from '../state/paced.ts';
import type { Page } from '../state/page.ts';
import type { Sensor } from '../state/sensor.ts';
import { watchOf } from '../state/sensorState.ts';
import { spreadOf } from '../state/spread.ts';

/** Statistics that changed with every step of a fast replay could not be read, and cost a layout each (ms). */
const READABLE_MS = 200;

export function Figures({ page, sensor }: { page: Page; sensor: Sensor }) {
  const steps = useMemo(() => paced(() => `${sensor.now.value} ${sensor.made.value}`, READABLE_MS), [sensor]);
  useEffect(() => steps.stop, [steps]);
  steps.value.value;
  const series = sensor.series.value;
  const now = sensor.now.peek();
  const horizon = page.horizon.value;
  const log = sensor.log.value;
  const result = score(log.judged(now), series.values, now) ?? NOTHING_YET;
  const { judged, outside, excursions } = untracked(() => watchOf(sensor));
  const digits = digitsFor(spreadOf(sensor) / 5);
  const season = series.season ?? 1;
  const naive = season > 1 ? 'the seasonal naive' : 'repeating the last value';
  return (
    <section class="figures" aria-label="How the forecasts fared" data-testid="figures">
      <dl>
        <div class="figure lead">
          <dt>Against {naive}</dt>
          <dd data-testid="skill">{result.points > 0 ? skillText(result.skill) : '–'}</dd>
          <dd class="sub">
            <span>
              <abbr title="Scaled quantile loss: lower is better">SQL</abbr> {formatNumber(result.sql, 2)},
              naive {formatNumber(result.naiveSql, 2)}
            </span>
            <Versus ours={result.sql} theirs={result.naiveSql} />
          </dd>
        </div>
        <div class="figure">
          <dt>Mean error</dt>
          <dd data-testid="mae">{withUnit(formatNumber(result.mae, digits), series.unit)}</dd>
          <dd class="sub">
            <span>naive {withUnit(formatNumber(result.naiveMae, digits), series.unit)}</span>
            <Versus ours={result.mae} theirs={result.naiveMae} />
          </dd>
        </div>
        <div class="figure">
          <dt>Within the 80 % band</dt>
          <dd data-testid="coverage">{formatPercent(result.coverage80)}</dd>
          <dd class="sub">
            <span>of {formatNumber(result.points, 0)} values</span>
            <Coverage share={result.coverage80} />
          </dd>
        </div>
        <div class="figure">
          <dt>Left the 95 % band</dt>
          <dd data-testid="outside">
            {excursions.length}
            <small>{excursions.length === 1 ? 'time' : 'times'}</small>
          </dd>
          <dd class="sub">
            {judged > 0
              ? `${outside} of ${judged} values, ${formatPercent(outside / judged)}; by chance about 5 % do`
              : 'by chance about 5 % of the values do'}
          </dd>
        </div>
      </dl>
      <p class="figures-note">
        {result.points > 0
          ? `Judged: the last ${result.forecasts} forecasts of ${formatSpan(series, horizon)}, one every ${formatSpan(series, log.stride)}, each from what was known then.`
          : 'No earlier forecast has met a value yet.'}
        {season > 1 && ` The seasonal naive repeats what was ${formatSpan(series, season)} before.`}
      </p>
    </section>
  );
}

/** Dashes in every place, so that the page does not jump when the first figures come. */
const NOTHING_YET: Score = {
  forecasts: 0,
  points: 0,
  mae: Number.NaN,
  naiveMae: Number.NaN,
  sql: Number.NaN,
  naiveSql: Number.NaN,
  coverage80: Number.NaN,
  skill: Number.NaN,
};

function skillText(skill: number): string {
  // The naive made no error at all: nothing can be better than that.
  if (!Number.isFinite(skill)) return 'No error to beat';
  // A pattern that repeats exactly leaves the naive next to no error: a percentage would run into thousands.
  if (skill < -1) return `${Math.round(1 - skill)}\u00d7 worse`;
  const percent = Math.round(Math.abs(skill) * 100);
  return percent === 0 ? 'Level' : `${percent}\u202f% ${skill > 0 ? 'better' : 'worse'}`;
}

/** Two bars, ours above the naive's. */
function Versus({ ours, theirs }: { ours: number; theirs: number }) {
  const most = Math.max(ours, theirs) || Number.POSITIVE_INFINITY;
  return (
    <span class="versus" aria-hidden="true">
      <i style={{ '--share': ours / most || 0 }} />
      <i class="theirs" style={{ '--share': theirs / most || 0 }} />
    </span>
  );
}

/** Where the share lies on 0 to 100 %, with a mark at the 80 % it should be. */
function Coverage({ share }: { share: number }) {
  return (
    <span class="coverage" aria-hidden="true">
      <i class="ours" style={{ '--share': share || 0 }} />
    </span>
  );
}
