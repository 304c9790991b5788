// Promise: the pages of products are accessible, valid and fit, on a phone and at a desk, in light
// and dark and in each language; a product is found and changed by keyboard alone and without scripts.
import { createHash, randomBytes } from 'node:crypto';
import { house, browser, tap, end, axe, fits, shot, savePage, validate } from '../lib/browser/browser.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const pages = [];
const host = 'admin.suelas.localhost';

// An owner with a session, row by row: 700-admin walks through the sign-in.
const [{ tenant_id: tenant }] = await shop.sql('SELECT tenant_id FROM tenancy.tenant WHERE slug = ?', 'toty');
const sha = text => createHash('sha256').update(text).digest('hex');
const cookie = randomBytes(32).toString('base64url');
await shop.sql('SELECT set_config(\'sutler.tenant\', ?, false)', tenant);
await shop.sql('SELECT staff.make_owner(?, ?, ?, decode(?, \'hex\'))', tenant, 'desk@example.test', 'Ana Ruiz', sha('link'));
await shop.sql('UPDATE staff.person SET state = \'active\' WHERE tenant_id = ? AND email = ? RETURNING staff_id', tenant, 'desk@example.test');
await shop.sql(`INSERT INTO staff.session (tenant_id, session_id, token_sha256, staff_id, expires_at, proven_at)
	SELECT tenant_id, sutler.uuid7(), decode(?, 'hex'), staff_id, sutler.now() + interval '1 hour', sutler.now() FROM staff.person
	WHERE tenant_id = ? AND email = ? RETURNING session_id`, sha(cookie), tenant, 'desk@example.test');
const [{ product_id: product }] = await shop.sql(`SELECT v.product_id FROM catalog.variant v WHERE v.tenant_id = ?
	GROUP BY v.product_id HAVING count(*) > 3 ORDER BY v.product_id LIMIT 1`, tenant);

async function walk({ name, base, options }) {
	const page = await b.page(host, `${base}/admin/login`, options);
	page.setDefaultTimeout(15000);
	await page.context().addCookies([{ name: 'staff', value: cookie, url: shop.url(host, '/') }]);
	const look = async (path, what) => {
		if (path) await page.goto(shop.url(host, `${base}${path}`));
		t.is((await axe(page)).join('\n'), '', `${name}: ${what} is accessible`);
		t.ok(await fits(page), `${name}: ${what} fits`);
		await shot(page, `720-products-${name}-${what}`);
		pages.push(await savePage(page.url(), `720-${name}-${what}`, { Cookie: `staff=${cookie}` }));
	};
	await look('/admin/catalog', 'list');
	t.ok(await page.locator('tbody tr').count() > 3, `${name}: products are listed`);
	await look('/admin/catalog?q=nothing+like+it', 'none');
	for (const [tail, what] of [['', 'product'], ['/variants', 'variants'], ['/prices', 'prices']])
		await look(`/admin/catalog/${product}${tail}`, what);
	await page.goto(shop.url(host, `${base}/admin/catalog`));
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
	await page.goto(shop.url(host, `${base}/admin/catalog?q=R-${name}`));
	t.like(await page.locator('tbody').innerText(), new RegExp(`Sole of ${name}`), `${name}: made by keyboard, and found`);
	await page.context().close();
}

await walk({ name: 'desk', base: '/en', options: { width: 1280 } });
await walk({ name: 'phone-plain', base: '', options: { width: 390, js: false, dark: true } });
await walk({ name: 'phone', base: '/id', options: { width: 390 } });
t.is(validate(pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${pages.length} pages`);
await end(t, b, shop);
