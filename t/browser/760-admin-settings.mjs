// Promise: the pages of settings are accessible, valid and fit, on a phone without scripts and at a desk, in
// light and dark and in each language.
import { createHash, randomBytes } from 'node:crypto';
import { house, browser, tap, end, axe, fits, shot, savePage, validate } from '../lib/browser/browser.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const pages = [];
const HOST = 'admin.suelas.localhost';
const one = async (sql, ...values) => Object.values((await shop.sql(sql, ...values))[0])[0];

const tenant = await one('SELECT tenant_id FROM tenancy.tenant WHERE slug = ?', 'toty');
await shop.sql('SELECT set_config(\'sutler.tenant\', ?, false)', tenant);
const staff = await one('SELECT sutler.uuid7()');
await shop.sql('INSERT INTO staff.person (tenant_id, staff_id, email, name, locale, state) VALUES (?, ?, \'settings@example.test\', \'Ana Ruiz\', \'en\', \'active\')', tenant, staff);
await shop.sql('INSERT INTO staff.assignment (tenant_id, staff_id, role_id) VALUES (?, ?, staff.owner_role(?))', tenant, staff, tenant);

async function walk(name, base, options) {
	const token = randomBytes(32).toString('base64url');
	await shop.sql(`INSERT INTO staff.session (tenant_id, session_id, token_sha256, staff_id, expires_at, proven_at)
		VALUES (?, sutler.uuid7(), decode(?, 'hex'), ?, sutler.now() + interval '1 hour', sutler.now())`, tenant, createHash('sha256').update(token).digest('hex'), staff);
	const page = await b.page(HOST, '/en/admin/login', options);
	await page.context().addCookies([{ name: 'staff', value: token, url: shop.url(HOST, '/') }]);
	page.setDefaultTimeout(15000);
	for (const [what, path] of [['stores', ''], ['store', '/store'], ['languages', '/languages'], ['hosts', '/hosts'],
		['delivery', '/delivery'], ['way', '/delivery/new'], ['taxes', '/taxes'], ['rate', '/taxes/new'], ['payments', '/payment'], ['transfer', '/payment/bank_transfer'],
		['policies', '/policies'], ['page', '/policies/new']]) {
		await page.goto(shop.url(HOST, `${base}/admin/settings${path}`));
		t.is((await axe(page)).join('\n'), '', `${name}: ${what} is accessible`);
		t.ok(await fits(page), `${name}: ${what} fits`);
		await shot(page, `760-settings-${name}-${what}`);
		pages.push(await savePage(page.url(), `760-${name}-${what}`, { Cookie: `staff=${token}` }));
	}
	await page.goto(shop.url(HOST, `${base}/admin/settings/store`));
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
t.is(validate(pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${pages.length} pages`);
await end(t, b, shop);
