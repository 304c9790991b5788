// Promise: the pages of settings are accessible, valid and fit, on a phone without scripts and at a desk, in
// light and dark and in each language.
import { house, browser, tap, end, axe, validate } from '../lib/browser/browser.mjs';
import { desk } from '../lib/browser/desk.mjs';

const t = tap();
const shop = await house({ gateway: 1 });
const b = await browser(shop);
const d = await desk(shop, b, t, '760-settings');

// A gateway's keys are entered: wrong ones first, which are gone from the page, then right ones.
async function gateway(name, page, go, look) {
	await go('/admin/settings/payment/accounts/new');
	await look('gateway-new');
	await page.locator('#f-name').fill(name);
	await page.locator('#f-key').fill('pk_test_51Hnewkey0123456789wxyz');
	await page.locator('#f-webhook').fill('whsec_a0123456789secretofone');
	await page.locator('#f-reason').fill('we take cards');
	await page.locator('.form-end button').click();
	await page.locator('#w-key').waitFor();
	t.is(await page.locator('#f-name').inputValue(), name, `${name}: a wrong key loses nothing else`);
	t.is(await page.locator('#f-key').inputValue() + await page.locator('#f-webhook').inputValue(), '', `${name}: but no key is shown again`);
	await look('gateway-wrong', true);
	await page.locator('#f-key').fill('sk_test_51Hnewkey0123456789wxyz');
	await page.locator('#f-webhook').fill('whsec_a0123456789secretofone');
	await page.locator('.form-end button').click();
	await page.locator('dl.facts').waitFor();
	t.is(await page.locator('dl.facts .tag.ok').count(), 2, `${name}: the account is used, and works`);
	await look('gateway');
}

async function walk(name, base, options) {
	const { page, go, look } = await d.enter(name, base, options);
	for (const [what, path] of [['stores', ''], ['store', '/store'], ['languages', '/languages'], ['hosts', '/hosts'],
		['delivery', '/delivery'], ['way', '/delivery/new'], ['taxes', '/taxes'], ['rate', '/taxes/new'], ['payments', '/payment'], ['card', '/payment/card'], ['delivery-fee', '/payment/cod'],
		['policies', '/policies'], ['page', '/policies/new'], ['mails', '/mails'], ['mail', '/mails/order-placed/es'], ['numbers', '/numbers']]) {
		await go(`/admin/settings${path}`);
		await look(what);
	}
	await gateway(name, page, go, look);
	await go('/admin/settings/store');
	await page.locator('#f-name').fill('');
	await page.locator('#f-city').fill(name);
	await page.locator('.form-end button').click();
	await page.locator('#w-name').waitFor();
	t.is(await page.locator('#f-city').inputValue(), name, `${name}: a mistake loses nothing`);
	t.is((await axe(page)).join('\n'), '', `${name}: what is wrong is said accessibly`);
	await page.context().close();
}

await walk('desk', '/en', { width: 1280, dark: true });
await walk('plain', '', { width: 390, js: false });
await walk('phone', '/id', { width: 390, dark: true });
t.is(validate(d.pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${d.pages.length} pages`);
await end(t, b, shop);
