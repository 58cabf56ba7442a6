/** The page: sensors to choose from, the chosen one's chart and controls, and how its forecasts fared. */
import { AppHeader, Toasts } from '@rivulet/shell';
import { useEffect } from 'preact/hooks';
import type { Page } from '../state/page.ts';
import { ChartPanel } from './ChartPanel.tsx';
import { Credits } from './Credits.tsx';
import { DropTarget } from './DropTarget.tsx';
import { Excursions } from './Excursions.tsx';
import { Figures } from './Figures.tsx';
import { FilePanel } from './FilePanel.tsx';
import { ForecastTable } from './ForecastTable.tsx';
import { keyboard } from './keyboard.ts';
import { Notices } from './Notices.tsx';
import { OpenFile } from './OpenFile.tsx';
import { PlayBar } from './PlayBar.tsx';
import { Reading } from './Reading.tsx';
import { SensorList } from './SensorList.tsx';

/** The header at once, while the sensors are fetched. */
export function Opening() {
  return (
    <>
      <AppHeader app="forecast" />
      <div class="layout" aria-busy="true" />
    </>
  );
}

export function App({ page }: { page: Page }) {
  useEffect(() => keyboard(page), [page]);
  const sensor = page.chosen.value;
  return (
    <>
      <AppHeader app="forecast">
        <OpenFile page={page} place="header" />
      </AppHeader>
      <Notices page={page} />
      <div class="layout">
        <SensorList page={page} />
        <main class="stage" id="main">
          {sensor ? (
            <>
              <Reading page={page} sensor={sensor} />
              <section class="panel chart-panel" aria-label="Chart">
                <ChartPanel page={page} sensor={sensor} key={`${sensor.id} ${sensor.series.value.clock}`} />
                <PlayBar page={page} sensor={sensor} />
              </section>
              <Figures page={page} sensor={sensor} />
              <Excursions page={page} sensor={sensor} />
              {sensor.file && <FilePanel page={page} sensor={sensor} file={sensor.file} key={sensor.id} />}
              <ForecastTable sensor={sensor} />
              <Credits sensor={sensor} />
            </>
          ) : (
            <section class="panel empty">
              <h1>No sensor yet</h1>
              <p>
                Drop a CSV file anywhere on this page, or choose one with “Open CSV”. It stays on this device.
              </p>
            </section>
          )}
        </main>
      </div>
      <DropTarget page={page} />
      <Toasts />
    </>
  );
}
