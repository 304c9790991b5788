// Promise: a file of products is sent, looked at and applied, and one is fetched, on a phone and at a desk, in light and
// dark and in each language, without scripts; the pages are accessible, valid and fit, and come again while the job works.
import { house, browser, tap, end, validate } from '../lib/browser/browser.mjs';
import { desk } from '../lib/browser/desk.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const d = await desk(shop, b, t, '723-import');
const [{ locale }] = await shop.sql(`SELECT l.locale FROM tenancy.store s JOIN tenancy.store_locale l ON l.store_id = s.store_id AND l.position = 0
	WHERE s.tenant_id = ? AND s.code = 'suelas'`, d.tenant);

async function walk({ name, base, options, brief }) {
	const { page, go, look: seen } = await d.enter(name, base, options);
	// A page that waits may be told to stand still, which is what the rule against pages that move is about.
	const look = async (path, what) => {
		if (path) await go(path);
		if (!brief || /form|faults/.test(what)) await seen(what);
	};
	const send = async text => {
		await go(`/admin/catalog/import`);
		await page.locator('#f-file').setInputFiles({ name: `spring-${name}.csv`, mimeType: 'text/csv', buffer: Buffer.from(text) });
		await page.locator('main form button.main').click();
		await page.waitForURL(u => /[0-9a-f-]{36}$/.test(u.pathname));
	};
	await look('/admin/catalog/import', 'form');
	await page.locator('main form button.main').click();
	await page.locator('#errors').waitFor();
	t.ok(await page.locator('#w-file').count() === 1, `${name}: a missing file is told at its field`);
	const head = `product,name:${locale},sku,price:EUR\n`;
	const apply = async () => {
		await page.locator('#f-reason').fill('spring');
		await page.locator('#f-reason').press('Enter');
		await page.locator('progress').waitFor();
		await shop.job('transfer', '--once');
		await page.locator('.note.ok').waitFor();
	};
	await send(`${head}KNOWN-${name},Tapa ${name},KNOWN-${name},10\n`);
	await shop.job('transfer', '--once');
	await page.locator('#f-reason').waitFor();
	await apply();
	await send(`${head}NEW-${name},Suela ${name},NEW-${name},19.90\nKNOWN-${name},Tapa ${name},KNOWN-${name},12.50\n`);
	t.ok(await page.locator('progress').count() === 1, `${name}: how far it is`);
	await page.locator('a[href$="still=1"]').click();
	t.is(await page.locator('meta[http-equiv=refresh]').count(), 0, `${name}: it stands still when told`);
	await look('', 'waits');
	await page.locator('.note.info a').click();
	await shop.job('transfer', '--once');
	await page.locator('#f-reason').waitFor();		// the page came again by itself
	await look('', 'checked');
	await apply();
	await look('', 'done');
	await send(`${head}BAD-${name},Malo,BAD-${name},free\nWORSE-${name},Peor,WORSE-${name},-1\n`);
	await shop.job('transfer', '--once');
	await page.locator('.note.bad').waitFor();
	await look('', 'faults');
	await look('/admin/catalog/export', 'export');
	await page.locator('#f-reason').fill('printer');
	await page.locator('#f-reason').press('Enter');
	await page.waitForURL(u => /[0-9a-f-]{36}$/.test(u.pathname));
	await shop.job('transfer', '--once');
	await page.locator('a.btn.main').waitFor();
	await look('', 'made');
	const [file] = await Promise.all([page.waitForEvent('download'), page.locator('a.btn.main').click()]);
	t.like(file.suggestedFilename(), /^products-.*\.csv$/, `${name}: the file is fetched`);
	await page.context().close();
}

await walk({ name: 'desk', base: '/en', options: { width: 1280 } });
await walk({ name: 'phone-plain', base: '', options: { width: 390, js: false, dark: true } });
await walk({ name: 'phone', base: '/id', options: { width: 390 }, brief: true });
t.is(validate(d.pages).join('\n'), '', `the checker finds no mistake in ${d.pages.length} pages`);
await end(t, b, shop);
