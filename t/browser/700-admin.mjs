// Promise: an owner comes into the console by keyboard alone and without scripts, on a phone and at a
// desk, in light and dark and in each language; every page of it is accessible, valid, and fits.
import { createHash, randomBytes } from 'node:crypto';
import { house, browser, tap, end, validate } from '../lib/browser/browser.mjs';
import { looker, joins } from '../lib/browser/desk.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const pages = [];

// What sutlerctl staff owner would print.
async function invite(email) {
	const token = randomBytes(32).toString('base64url');
	const [{ tenant_id: tenant }] = await shop.sql('SELECT tenant_id FROM tenancy.tenant WHERE slug = ?', 'toty');
	await shop.sql('SELECT set_config(\'sutler.tenant\', ?, false)', tenant);
	await shop.sql('SELECT staff.make_owner(?, ?, ?, decode(?, \'hex\'))', tenant, email, 'Ana Ruiz', createHash('sha256').update(token).digest('hex'));
	return `/admin/login/join/${token}`;
}

async function walk({ name, base, link, options }) {
	const page = await b.page('admin.suelas.localhost', `${base}${link}`, options);
	const context = page.context();
	const see = looker(t, page, '700-admin', name, pages);
	const look = async (what, once) => {
		await see(what, once);
		if (what === 'setup')
			t.ok((await page.locator('svg.qr').boundingBox()).width > 150, `${name}: the QR code can be scanned`);
		if (what === 'codes')
			t.is(await page.locator('.codes li').count(), 10, `${name}: ten recovery codes`);
	};
	const type = async (id, text) => { await page.locator(id).focus(); await page.keyboard.type(text); };
	const send = () => page.keyboard.press('Enter');
	const at = path => page.waitForURL(u => u.pathname === `${base}${path}`);

	await joins(page, look);
	await look('home');
	t.is(await page.locator('tbody tr').count(), 14, `${name}: the chart's table has its days`);
	for (const [path, what] of [['/admin/staff', 'staff'], ['/admin/staff/sign-in', 'sign-in'], ['/admin/roles', 'roles'], ['/admin/roles/new', 'role'], ['/admin/audit', 'audit'], ['/admin/login/again', 'again'],
		['/admin/searches?at=%2Fadmin%2Faudit&search=about%3Dsole', 'searches'], ['/admin/inventory', 'stock'], ['/admin/inventory?q=zzz', 'no-stock']]) {
		await page.goto(shop.url('admin.suelas.localhost', `${base}${path}`));
		await look(what);
	}
	// A correction by keyboard.
	await page.goto(shop.url('admin.suelas.localhost', `${base}/admin/inventory`));
	await page.locator('tbody th a').first().focus();
	await send();
	await page.locator('#f-quantity').waitFor();
	await look('variant');
	t.is(await page.locator('#f-code option').first().innerText(), { '/en': 'Damaged', '': 'Dañado', '/id': 'Rusak' }[base], `${name}: choices speak the language`);
	await type('#f-quantity', '0');
	await send();
	await page.locator('#w-quantity').waitFor();
	await look('variant-wrong');
	await page.locator('#f-quantity').fill('2');
	await page.locator('#f-quantity').press('Enter');
	await page.locator('.note.ok').waitFor();
	t.is(await page.locator('section table.wide tbody tr').first().locator('td.num').innerText(), '+2', `${name}: the correction stands in the ledger`);
	await page.goto(shop.url('admin.suelas.localhost', `${base}/admin/nothing`));
	await look('missing');
	await page.goto(shop.url('admin.suelas.localhost', `${base}/admin`));
	await page.keyboard.press('Tab');
	t.is(await page.evaluate(() => document.activeElement.getAttribute('href')), '#main', `${name}: the first key leads past the frame`);
	await page.locator('details.mine summary').focus();
	await send();
	await page.locator('form[action$="/admin/login/out"] button').focus();
	await send();
	await at('/admin/login');
	await look('login');
	await context.close();
}

await walk({ name: 'desk', base: '/en', link: await invite('one@example.test'), options: { width: 1280 } });
await walk({ name: 'phone-plain', base: '', link: await invite('two@example.test'), options: { width: 390, js: false, dark: true } });
await walk({ name: 'phone', base: '/id', link: await invite('three@example.test'), options: { width: 390 } });
t.is(validate(pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${pages.length} pages`);
await end(t, b, shop);
