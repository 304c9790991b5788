// Promise: the pages of orders are accessible, valid and fit, on a phone without scripts and at a desk, in
// light and dark and in each language; a pick list is walked by keyboard alone, as a scanner types; an order
// is changed, and one put together, by keyboard alone.
import { createHash, randomBytes } from 'node:crypto';
import { house, browser, tap, end, axe, fits, shot, savePage, validate } from '../lib/browser/browser.mjs';
import { people, mouse, checkout, fillCart, place } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const pages = [];
const HOST = 'admin.suelas.localhost';
const one = async (sql, ...values) => Object.values((await shop.sql(sql, ...values))[0])[0];

// An order of the demo shop, as a shopper makes it.
{
	const page = await b.page('suelas', '/', { js: false });
	const o = { shop, page, hand: mouse(page), t, who: people['suelas-es'] };
	page.setDefaultTimeout(15000);
	await fillCart(o, 2);
	await checkout(o);
	await place(o);
	await page.context().close();
}
const tenant = await one('SELECT tenant_id FROM tenancy.tenant WHERE slug = ?', 'toty');
await shop.sql('SELECT set_config(\'sutler.tenant\', ?, false)', tenant);
const order = await one('SELECT order_id FROM sales."order" WHERE tenant_id = ? ORDER BY order_id DESC LIMIT 1', tenant);
const staff = await one('SELECT sutler.uuid7()');
await shop.sql('INSERT INTO staff.person (tenant_id, staff_id, email, name, locale, state) VALUES (?, ?, \'desk@example.test\', \'Ana Ruiz\', \'en\', \'active\')', tenant, staff);
await shop.sql('INSERT INTO staff.assignment (tenant_id, staff_id, role_id) VALUES (?, ?, staff.owner_role(?))', tenant, staff, tenant);

async function desk(name, options) {
	const token = randomBytes(32).toString('base64url');
	await shop.sql(`INSERT INTO staff.session (tenant_id, session_id, token_sha256, staff_id, expires_at)
		VALUES (?, sutler.uuid7(), decode(?, 'hex'), ?, sutler.now() + interval '1 hour')`, tenant, createHash('sha256').update(token).digest('hex'), staff);
	const page = await b.page(HOST, '/en/admin/login', options);
	await page.context().addCookies([{ name: 'staff', value: token, url: shop.url(HOST, '/') }]);
	page.setDefaultTimeout(15000);
	return { page, name, base: options.base, token };
}
async function look(d, what) {
	t.is((await axe(d.page)).join('\n'), '', `${d.name}: ${what} is accessible`);
	t.ok(await fits(d.page), `${d.name}: ${what} fits`);
	await shot(d.page, `740-orders-${d.name}-${what}`);
	pages.push(await savePage(d.page.url(), `740-${d.name}-${what}`, { Cookie: `staff=${d.token}` }));
}
const go = (d, path) => d.page.goto(shop.url(HOST, `${d.base}${path}`));
const pieces = () => one('SELECT sum(quantity)::integer FROM sales.order_line WHERE order_id = ?', order);

for (const [name, options] of [['phone', { width: 390, js: false, dark: true, base: '' }], ['desk', { width: 1280, base: '/en' }], ['desk-id', { width: 1280, base: '/id' }]]) {
	const d = await desk(name, options), before = Number(await pieces());
	await go(d, `/admin/orders/${order}/edit`);
	await look(d, 'edit');
	await d.page.locator('#f-sku').fill('NOBODY-1');
	await d.page.keyboard.press('Enter');
	await d.page.locator('#w-sku').waitFor();
	await look(d, 'edit-wrong');
	await d.page.locator('#f-sku').fill('');
	await d.page.locator('input[name=quantity]').first().fill(String(Number(await d.page.locator('input[name=quantity]').first().inputValue()) + 1));
	await d.page.keyboard.press('Enter');
	await d.page.locator('section[role=status]').waitFor();
	await look(d, 'edit-preview');
	t.is(Number(await pieces()), before, `${name}: looking changes nothing`);
	await d.page.locator('#f-reason').fill('asked by phone');
	await d.page.locator('button[value=save]').focus();
	await Promise.all([d.page.waitForURL(/orders\/[0-9a-f-]+$/), d.page.keyboard.press('Enter')]);
	t.is(Number(await pieces()), before + 1, `${name}: an order is changed by keys alone`);
	await go(d, '/admin/orders/drafts');
	await d.page.locator('#f-locale').focus();
	await Promise.all([d.page.waitForURL(/drafts\/[0-9a-f-]+$/), d.page.locator('form.filters button').press('Enter')]);
	await d.page.locator('#f-sku').fill(await one('SELECT sku FROM sales.order_line WHERE order_id = ? LIMIT 1', order));
	for (const [id, value] of [['name', 'Eva Gil'], ['street', 'Calle Nueva 7'], ['postcode', '28013'], ['city', 'Madrid'], ['phone', '+34 600 100 200']])
		await d.page.locator(`#f-${id}`).fill(value);
	await d.page.locator('#f-region').selectOption('M');
	await d.page.locator('#f-phone').press('Enter');
	await d.page.locator('section[role=status]').waitFor();
	await look(d, 'draft');
	await Promise.all([d.page.waitForNavigation(), d.page.locator('button[value=place]').press('Enter')]);
	await d.page.locator('#errors').waitFor();
	await look(d, 'draft-wrong');
	await go(d, '/admin/orders/drafts');
	await look(d, 'drafts');
	await d.page.context().close();
}

{
	const d = await desk('phone', { width: 390, js: false, dark: true, base: '' });
	await go(d, '/admin/orders');
	await look(d, 'queue');
	await go(d, `/admin/orders/${order}`);
	await look(d, 'order');
	const more = d.page.locator('details', { has: d.page.locator('form[action$="/pay"]') });
	await more.locator('summary').click();
	await more.locator('[name=reference]').fill('statement 7');
	await more.locator('button').click();
	t.is(await one('SELECT payment FROM sales."order" WHERE order_id = ?', order), 'paid', 'phone: without scripts it is marked as paid');
	await d.page.locator('form[action$="/picks"] button').click();
	await d.page.waitForURL(/picks\/[0-9a-f-]+$/);
	await look(d, 'pick');
	t.is(await d.page.evaluate(() => document.activeElement.id), 'f-code', 'phone: the scanner may type at once');
	await d.page.keyboard.type('WRONG-ONE');
	await d.page.keyboard.press('Enter');
	await d.page.locator('[role=alert]').waitFor();
	await look(d, 'wrong');
	const sku = await d.page.locator('tbody strong').first().innerText();
	for (const n of [1, 2]) {
		await d.page.keyboard.type(sku);
		await Promise.all([d.page.waitForNavigation(), d.page.keyboard.press('Enter')]);
	}
	await d.page.locator('ul.plain a.btn').first().click();
	await d.page.waitForURL(/orders\/[0-9a-f-]+$/);
	await d.page.locator('#f-code').waitFor();
	await d.page.keyboard.type(sku);
	await Promise.all([d.page.waitForNavigation(), d.page.keyboard.press('Enter')]);
	await look(d, 'pack');
	t.is(Number(await one('SELECT sum(packed) FROM shipping.pick WHERE order_id = ?', order)), 1, 'phone: one piece is packed by keys alone');
	await d.page.context().close();
}
// The rest of it leaves, and one piece comes back: on it hangs an exchange.
{
	await shop.sql('SELECT shipping.drop_wave(?, NULL, wave_id, \'for the test\') FROM shipping.wave WHERE tenant_id = ?', tenant, tenant);
	await shop.sql('SELECT shipping.unpack(?, NULL, parcel_id, \'for the test\') FROM shipping.parcel WHERE order_id = ?', tenant, order);
	await shop.sql('SELECT sales.fire(?, ?, \'fulfilment\', \'make_ready\', \'test\', \'\')', tenant, order);
	await shop.sql('SELECT sales.ship(?, ?, ARRAY[1], ARRAY[l.quantity], \'Post\', \'T\', \'\', \'test\') FROM sales.order_line l WHERE l.order_id = ? AND l.line_no = 1', tenant, order, order);
	const back = await one('SELECT sutler.uuid7()');
	await shop.sql('SELECT sales.staff_return(?, NULL, ?, ?, \'exchange\', \'size\', \'\', ARRAY[1], ARRAY[1])', tenant, order, back);
	await shop.sql('SELECT sales.decide_return(?, NULL, ?, \'approve\', \'\')', tenant, back);
	await shop.sql('SELECT sales.receive_return(?, NULL, ?, (SELECT warehouse_id FROM inventory.warehouse WHERE tenant_id = ? ORDER BY code LIMIT 1), \'{}\', \'{}\')', tenant, back, tenant);
	const d = await desk('phone', { width: 390, js: false, base: '/en' });
	await go(d, `/admin/orders/${order}`);
	await Promise.all([d.page.waitForURL(/drafts\/[0-9a-f-]+$/), d.page.locator('form[action$="/exchange"] button').press('Enter')]);
	await d.page.locator('#f-sku').fill(await one('SELECT sku FROM sales.order_line WHERE order_id = ? LIMIT 1', order));
	await d.page.locator('#f-sku').press('Enter');
	await d.page.locator('section[role=status]').waitFor();
	await look(d, 'exchange');
	await d.page.context().close();
}
for (const [name, base] of [['desk', '/en'], ['desk-id', '/id']]) {
	const d = await desk(name, { width: 1280, base });
	for (const [what, path] of [['queue', ''], ['order', `/${order}`], ['lists', '/picks']]) {
		await go(d, `/admin/orders${path}`);
		await look(d, what);
	}
	await d.page.context().close();
}
t.is(validate(pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${pages.length} pages`);
await end(t, b, shop);
