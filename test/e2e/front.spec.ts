import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the front page leads to both apps and is accessible (${colorScheme})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto('/');
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    for (const [name, path] of [
      ['Handwriting', '/handwriting/'],
      ['Forecast', '/forecast/'],
    ] as const) {
      await page.getByRole('link', { name }).click();
      await expect(page).toHaveURL((url) => url.pathname === path);
      await page.goBack();
    }
  });
}

test('the theme chosen in one app holds on every page, from its first paint on', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('/handwriting/');
  await page.getByTestId('theme-toggle').click();
  for (const path of ['/', '/forecast/', '/handwriting/']) {
    // Modules never come: what shows is the page's head alone.
    await page.route('**/assets/index-*.js', (route) => route.abort());
    await page.goto(path);
    const dark = () => getComputedStyle(document.body).backgroundColor;
    expect(await page.evaluate(dark), path).toBe('rgb(15, 23, 25)');
  }
});

test('an app is found without its closing slash, and an unknown path is not', async ({ request }) => {
  expect((await request.get('/handwriting')).url()).toMatch(/\/handwriting\/$/);
  expect((await request.get('/forecast?x=1')).status()).toBe(200);
  expect((await request.get('/no/such/page')).status()).toBe(404);
  expect((await request.get('/handwriting/../../package.json')).status()).toBe(404);
});
