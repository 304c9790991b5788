// Promise: the pages of orders are accessible, valid and fit, on a phone without scripts and at a desk, in
// light and dark and in each language; a pick list is walked by keyboard alone, as a scanner types; an order
// is changed, and one put together, by keyboard alone.
import { house, browser, tap, end, validate } from '../lib/browser/browser.mjs';
import { desk } from '../lib/browser/desk.mjs';
import { people, mouse, checkout, fillCart, place } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);

// An order of the demo shop, as a shopper makes it.
{
	const page = await b.page('suelas', '/', { js: false });
	const o = { shop, page, hand: mouse(page), t, who: people['suelas-es'] };
	await fillCart(o, 2);
	await checkout(o);
	await place(o);
	await page.context().close();
}
const owner = await desk(shop, b, t, '740-orders');
const { tenant, one } = owner;
const order = await one('SELECT order_id FROM sales."order" WHERE tenant_id = ? ORDER BY order_id DESC LIMIT 1', tenant);
const pieces = () => one('SELECT sum(quantity)::integer FROM sales.order_line WHERE order_id = ?', order);

for (const [name, options] of [['phone', { width: 390, js: false, dark: true, base: '' }], ['desk', { width: 1280, base: '/en' }], ['desk-id', { width: 1280, base: '/id' }]]) {
	const d = await owner.enter(name, options.base, options), before = Number(await pieces());
	await d.go(`/admin/orders/${order}/edit`);
	await d.look('edit');
	await d.page.locator('#f-sku').fill('NOBODY-1');
	await d.page.keyboard.press('Enter');
	await d.page.locator('#w-sku').waitFor();
	await d.look('edit-wrong');
	await d.page.locator('#f-sku').fill('');
	await d.page.locator('input[name=quantity]').first().fill(String(Number(await d.page.locator('input[name=quantity]').first().inputValue()) + 1));
	await d.page.keyboard.press('Enter');
	await d.page.locator('section[role=status]').waitFor();
	await d.look('edit-preview');
	t.is(Number(await pieces()), before, `${name}: looking changes nothing`);
	await d.page.locator('#f-reason').fill('asked by phone');
	await d.page.locator('button[value=save]').focus();
	await Promise.all([d.page.waitForURL(/orders\/[0-9a-f-]+$/), d.page.keyboard.press('Enter')]);
	t.is(Number(await pieces()), before + 1, `${name}: an order is changed by keys alone`);
	await d.go('/admin/orders/drafts');
	await d.page.locator('#f-locale').focus();
	await Promise.all([d.page.waitForURL(/drafts\/[0-9a-f-]+$/), d.page.locator('form.filters button').press('Enter')]);
	await d.page.locator('#f-sku').fill(await one('SELECT sku FROM sales.order_line WHERE order_id = ? LIMIT 1', order));
	for (const [id, value] of [['name', 'Eva Gil'], ['street', 'Calle Nueva 7'], ['postcode', '28013'], ['city', 'Madrid'], ['phone', '+34 600 100 200']])
		await d.page.locator(`#f-${id}`).fill(value);
	await d.page.locator('#f-region').selectOption('M');
	await d.page.locator('#f-phone').press('Enter');
	await d.page.locator('section[role=status]').waitFor();
	await d.look('draft');
	await Promise.all([d.page.waitForNavigation(), d.page.locator('button[value=place]').press('Enter')]);
	await d.page.locator('#errors').waitFor();
	await d.look('draft-wrong');
	await d.go('/admin/orders/drafts');
	await d.look('drafts');
	await d.page.context().close();
}

{
	const d = await owner.enter('phone', '', { width: 390, js: false, dark: true });
	await d.go('/admin/orders');
	await d.look('queue');
	await d.go(`/admin/orders/${order}`);
	await d.look('order');
	const more = d.page.locator('details', { has: d.page.locator('form[action$="/pay"]') });
	await more.locator('summary').click();
	await more.locator('[name=reference]').fill('statement 7');
	await more.locator('button').click();
	t.is(await one('SELECT payment FROM sales."order" WHERE order_id = ?', order), 'paid', 'phone: without scripts it is marked as paid');
	await d.page.locator('form[action$="/picks"] button').click();
	await d.page.waitForURL(/picks\/[0-9a-f-]+$/);
	await d.look('pick');
	t.is(await d.page.evaluate(() => document.activeElement.id), 'f-code', 'phone: the scanner may type at once');
	await d.page.keyboard.type('WRONG-ONE');
	await d.page.keyboard.press('Enter');
	await d.page.locator('[role=alert]').waitFor();
	await d.look('wrong');
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
	await d.look('pack');
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
	const d = await owner.enter('phone', '/en', { width: 390, js: false });
	await d.go(`/admin/orders/${order}`);
	await Promise.all([d.page.waitForURL(/drafts\/[0-9a-f-]+$/), d.page.locator('form[action$="/exchange"] button').press('Enter')]);
	await d.page.locator('#f-sku').fill(await one('SELECT sku FROM sales.order_line WHERE order_id = ? LIMIT 1', order));
	await d.page.locator('#f-sku').press('Enter');
	await d.page.locator('section[role=status]').waitFor();
	await d.look('exchange');
	await d.page.context().close();
}
for (const [name, base] of [['desk', '/en'], ['desk-id', '/id']]) {
	const d = await owner.enter(name, base, { width: 1280 });
	for (const [what, path] of [['queue', ''], ['order', `/${order}`], ['lists', '/picks']]) {
		await d.go(`/admin/orders${path}`);
		await d.look(what);
	}
	await d.page.context().close();
}
t.is(validate(owner.pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${owner.pages.length} pages`);
await end(t, b, shop);
