// Promise: the pages of products are accessible, valid and fit, on a phone and at a desk, in light
// and dark and in each language; a product is found and changed by keyboard alone and without scripts.
import { house, browser, tap, end, axe, fits, shot, validate } from '../lib/browser/browser.mjs';
import { desk } from '../lib/browser/desk.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const d = await desk(shop, b, t, '720-products');
const [{ product_id: product }] = await shop.sql(`SELECT v.product_id FROM catalog.variant v WHERE v.tenant_id = ?
	GROUP BY v.product_id HAVING count(*) > 3 ORDER BY v.product_id LIMIT 1`, d.tenant);
const category = await d.one(`SELECT c.category_id FROM catalog.category c JOIN tenancy.store s USING (tenant_id, store_id)
	WHERE c.tenant_id = ? AND s.code = 'suelas' AND c.parent_id IS NOT NULL ORDER BY c.category_id LIMIT 1`, d.tenant);
const collection = await d.one(`SELECT c.category_id FROM catalog.category c JOIN tenancy.store s USING (tenant_id, store_id)
	WHERE c.tenant_id = ? AND s.code = 'suelas' AND c.kind = 'collection' ORDER BY c.category_id LIMIT 1`, d.tenant);

async function walk({ name, base, options }) {
	const { page, go, look: seen } = await d.enter(name, base, options);
	const look = async (path, what, once) => {
		if (path) await go(path);
		await seen(what, once);
	};
	await look('/admin/catalog', 'list');
	t.ok(await page.locator('tbody tr').count() > 3, `${name}: products are listed`);
	await look('/admin/catalog?q=nothing+like+it', 'none');
	for (const [tail, what] of [['', 'product'], ['/variants', 'variants'], ['/prices', 'prices'], ['/special', 'special'], ['/listing', 'listing'], ['/related', 'related']])
		await look(`/admin/catalog/${product}${tail}`, what);
	for (const [path, what] of [[`/admin/media/${product}`, 'pictures'], ['/admin/catalog/categories', 'categories'], ['/admin/catalog/categories/new', 'category-new'],
		[`/admin/catalog/categories/${category}`, 'category'],
		[`/admin/catalog/categories/${category}/picture`, 'picture'], [`/admin/catalog/categories/${collection}/rule`, 'rule'], ['/admin/arrange', 'arrange'], ['/admin/catalog/search', 'search']])
		await look(path, what);
	await go(`/admin/catalog/categories/${collection}/rule`);
	for (const kind of ['price', 'tag', 'category']) {
		const n = await page.locator('.condition').count();
		await page.locator('#f-more').selectOption(kind);
		await page.locator('button[value=add]').click();
		await page.locator('.condition').nth(n).waitFor();
	}
	await page.locator('#f-low_0').fill('5');
	await page.locator('#f-low_0').press('Enter');
	await page.locator('#errors').waitFor();
	await look('', 'rule-wrong');
	for (const n of [2, 1]) {
		await page.locator(`button[value=drop_${n}]`).click();
		await page.locator(`button[value=drop_${n}]`).waitFor({ state: 'detached' });
	}
	await page.locator('#f-low_0').press('Enter');
	await page.locator('#fits').waitFor();
	await look('', 'rule-fits');
	t.is(await page.locator('#f-low_0').inputValue(), '5', `${name}: conditions come and go, what fits is shown by Enter, and what was typed stays`);
	await go(`/admin/catalog`);
	await page.locator('input[name=product]').first().check();
	await page.locator('#f-what').selectOption('percent');
	await page.locator('#f-value').fill('5');
	await page.locator('#f-value').press('Enter');
	await page.locator('input[name=reason]').waitFor();
	t.is((await axe(page)).join('\n'), '', `${name}: bulk is accessible`);
	t.ok(await fits(page), `${name}: bulk fits`);
	await shot(page, `720-products-${name}-bulk`);
	await look('/admin/catalog/new', 'new');
	const type = async (id, text) => { await page.locator(id).focus(); await page.keyboard.press('Control+a'); await page.keyboard.type(text); };
	await type('#f-reference', `R-${name}`);
	await type('#f-sku', `S-${name}`);
	await page.keyboard.press('Enter');
	await page.locator('#errors').waitFor();
	await look('', 'wrong');
	t.is(await page.locator('#f-sku').inputValue(), `S-${name}`, `${name}: nothing that was typed is lost`);
	await type('#f-name_0', `Sole of ${name}`);
	await page.keyboard.press('Enter');
	await page.waitForURL(u => /[0-9a-f-]{36}$/.test(u.pathname));
	const made = new URL(page.url()).pathname.replace(/^.*\//, '');
	await go(`/admin/catalog/${made}/preview`);
	await Promise.all([page.waitForLoadState('load'), page.locator('form[action$="/preview"] button').press('Enter')]);
	await page.locator('#f-link').waitFor();
	await look('', 'preview', true);
	const link = await page.locator('#f-link').inputValue();
	await go(`/admin/media/${made}/downloads`);
	await page.locator('#f-file').setInputFiles({ name: 'a-pattern.pdf', mimeType: 'application/pdf', buffer: Buffer.from('a pattern') });
	await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.locator('form[enctype] button').press('Enter')]);
	await page.locator('input[name=digital]').press('Space');
	await page.locator('input[name=days]').fill('many');
	await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.keyboard.press('Enter')]);
	await look('', 'downloads-wrong');
	t.ok(await page.locator('input[name=digital]').isChecked(), `${name}: what was ticked stays`);
	await page.locator('input[name=days]').fill('14');
	await Promise.all([page.waitForNavigation({ waitUntil: 'load' }), page.keyboard.press('Enter')]);
	await look('', 'downloads');
	await page.goto(link, { waitUntil: 'load' });
	await look('', 'in-the-shop', true);
	await go(`/admin/catalog?q=R-${name}`);
	t.like(await page.locator('tbody').innerText(), new RegExp(`Sole of ${name}`), `${name}: made by keyboard, and found`);
	await page.context().close();
}

await walk({ name: 'desk', base: '/en', options: { width: 1280 } });
await walk({ name: 'phone-plain', base: '', options: { width: 390, js: false, dark: true } });
await walk({ name: 'phone', base: '/id', options: { width: 390 } });
t.is(validate(d.pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${d.pages.length} pages`);
await end(t, b, shop);
