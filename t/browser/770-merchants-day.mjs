// Promise (issue of the merchant's day): from nothing but a merchant's name an owner comes in by sutlerctl's link, sets a
// shop up, brings in a hundred products, receives goods, sells, ships, takes back and gives the money back, by the pages
// alone and mostly by keyboard; at the end money, stock and audit log say what happened. Each page on the way is
// accessible, valid and fits a desk and a phone, in light and dark.
import { chmodSync, mkdtempSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { house, browser, tap, end, axe, fits, shot, savePage, validate } from '../lib/browser/browser.mjs';
import { joins } from '../lib/browser/desk.mjs';
import { people, mouse, addToCart, checkout, place } from '../lib/browser/shopper.mjs';

const t = tap();
const began = Date.now();
const shop = await house({ kind: 'empty' });
const b = await browser(shop);
const pages = [];
const one = async (sql, ...values) => Object.values((await shop.sql(sql, ...values))[0])[0];

// A page in the light of a desk, then in the dark of a phone.
const seen = new Set();
async function look(page, what, once = false) {
	if (seen.has(what)) return;
	seen.add(what);
	const wide = page.viewportSize();
	t.ok(await fits(page), `${what} fits a desk`);
	await shot(page, `770-${what}`);
	await page.setViewportSize({ width: 390, height: 844 });
	await page.emulateMedia({ colorScheme: 'dark' });
	t.ok(await fits(page), `${what} fits a phone`);
	t.is((await axe(page)).join('\n'), '', `${what} is accessible`);
	await shot(page, `770-${what}-phone`);
	await page.setViewportSize(wide);
	await page.emulateMedia({ colorScheme: 'light' });
	if (once) return;
	const cookies = (await page.context().cookies(page.url())).map(c => `${c.name}=${c.value}`).join('; ');
	pages.push(await savePage(page.url(), `770-${what}`, { Cookie: cookies }));
}

// ---- what the sysadmin does ----
const dir = mkdtempSync(path.join(tmpdir(), 'day-'));
chmodSync(dir, 0o755);		// sutlerctl is another user
const file = path.join(dir, 'store.conf');
writeFileSync(file, `[tenant]\nslug = morgan\nname = Morgan Shoes\n[store]\ncode = morgan\nname = New store\nlocales = en-GB\ncurrencies = EUR\ncountry = ES\nstatus = pending
[host morgan.localhost]\nprimary = yes\norigin = ${shop.url('morgan', '')}\n[host admin.morgan.localhost]\nkind = admin\nprimary = yes\norigin = ${shop.url('admin.morgan', '')}
[tax-class standard]\nname.en = Standard\n`);
await shop.ctl('import', 'store', file, '--no-images');
rmSync(dir, { recursive: true });
const link = (await shop.ctl('staff', 'owner', 'mo@morgan.example', '--tenant', 'morgan', '--name', 'Mo Morgan')).match(/https?:\S+/)[0];
const tenant = await one('SELECT tenant_id FROM tenancy.tenant WHERE slug = ?', 'morgan');
await shop.sql('SELECT set_config(\'sutler.tenant\', ?, false)', tenant);

// An answer that is an error would be accessible as well.
const failed = [];
const watch = page => page.on('response', r => { if (r.status() >= 500) failed.push(`${r.status()} ${r.url()}`); });

// ---- the owner comes in ----
const admin = await b.page('admin.morgan.localhost', new URL(link).pathname.replace(/^/, '/en'));
watch(admin);
await joins(admin, (what, once) => look(admin, what, once));
await look(admin, 'first-page');

const go = where => admin.goto(shop.url('admin.morgan.localhost', `/en/admin${where}`));
const arrive = (page, act) => Promise.all([page.waitForEvent('load'), act()]);
const press = l => arrive(admin, () => l.press('Enter'));
const field = name => admin.locator(`main #f-${name}`);
const sends = async (fields, last = '.form-end button.main') => {
	for (const [name, value] of Object.entries(fields)) {
		const l = field(name);
		if (value === true) await l.check();
		else if (await l.evaluate(e => e.matches('select'))) await l.selectOption(value);
		else await l.fill(value);
	}
	const before = admin.url();
	await press(admin.locator(last).last());
	const wrong = await admin.locator('.wrong').evaluateAll(all => all.map(e => `${e.id}: ${e.innerText}`));
	if (wrong.length) throw new Error(`${before}: ${wrong.join(' | ')}`);
};

// ---- the shop is set up ----
await go('/settings/store');
await look(admin, 'store');
await sends({ name: 'Morgan Shoes', contact_email: 'hello@morgan.example', legal_name: 'Morgan Shoes, S.L.', tax_id: 'ESB12345674', street: 'Calle Mayor 1',
	postal_code: '03203', city: 'Elche', region: 'A', country: 'ES', guest_checkout: 'plain' });
await go('/settings/delivery');
await look(admin, 'no-delivery');
await press(admin.locator('a.btn.main'));
await look(admin, 'delivery');
await sends({ code: 'post', zones: 'ES', name_0: 'Post', first_0: '4.90' });
await go('/settings/taxes/how');
await look(admin, 'tax-how');
await sends({ prices_include_tax: true, reason: 'as the law wants it' });
await go('/settings/taxes/new');
await look(admin, 'tax');
await sends({ name: 'IVA 21 %', rate: '21', code: 'es-21', reason: 'as the law wants it' });
await look(admin, 'taxes');
await go('/settings/payment/bank_transfer');
await look(admin, 'payment');
await sends({ active: true, name_0: 'Bank transfer', words_0: 'ES91 2100 0418 4502 0005 1332', reason: 'our bank' });
await go('/inventory/warehouses');
await look(admin, 'no-warehouse');
await sends({ code: 'ELX', name: 'Elche', country: 'ES' });
if (/warehouses$/.test(new URL(admin.url()).pathname))
	await press(admin.locator('tbody th a').first());
await look(admin, 'warehouse');
await sends({ rank_0: '1' });

// ---- a hundred products from a file of the shop before ----
const rows = Array.from({ length: 100 }, (_, i) => String(i + 1).padStart(3, '0')).flatMap(n => [40, 41].map((size, k) =>
	k === 0 ? `runner-${n},Runner ${n},<p>Light and quick.</p>,Morgan,Running shoes,new,TRUE,Size,${size},RUN-${n}-${size},300,shopify,0,deny,50.00`
		: `runner-${n},,,,,,,,${size},RUN-${n}-${size},310,shopify,0,deny,50.00`));
await go('/catalog');
await look(admin, 'no-products');
await go('/catalog/import');
await look(admin, 'import');
await admin.locator('#f-file').setInputFiles({ name: 'products_export.csv', mimeType: 'text/csv', buffer: Buffer.from(`Handle,Title,Body (HTML),Vendor,Type,Tags,Published,`
	+ `Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price\n${rows.join('\n')}\n`) });
await press(admin.locator('main form button.main'));
await shop.job('transfer', '--once');
await admin.locator('#f-reason').waitFor();
await look(admin, 'import-checked');
await sends({ reason: 'we move in' });
await shop.job('transfer', '--once');
await admin.locator('.note.ok').waitFor();
await look(admin, 'import-done');
t.is(Number(await one('SELECT count(*) FROM catalog.product')), 100, 'a hundred products are in');
await go('/catalog');
await look(admin, 'products');

// ---- goods are ordered and come ----
await go('/inventory/purchases/new');
await look(admin, 'no-supplier');
await go('/inventory/suppliers');
await look(admin, 'suppliers');
await sends({ code: 'FAB', name: 'Fabricas Reunidas', email: 'sales@fab.example', currency: 'EUR', days: '7' });
await go('/inventory/purchases/new');
await look(admin, 'purchase-new');
await field('supplier').selectOption({ index: 1 });
await sends({ sku_0: 'RUN-001-41', pieces_0: '5', price_0: '20', sku_1: 'RUN-002-40', pieces_1: '2', price_1: '18.50' });
await look(admin, 'purchase');
await press(admin.locator('button[value=other]'));
await press(admin.locator('a.btn.main', { hasText: 'Receive goods' }));
const scan = async code => {
	await admin.locator('#f-code:focus').waitFor();
	await admin.keyboard.type(code);
	await arrive(admin, () => admin.keyboard.press('Enter'));
};
for (const code of ['RUN-001-41', 'run-001-41', 'RUN-001-41', 'RUN-001-41', 'RUN-001-41', 'RUN-002-40', 'RUN-002-40'])
	await scan(code);
await look(admin, 'receive');
await sends({ landed: '7.00' });
await look(admin, 'received');
t.is(await one('SELECT string_agg(v.sku || \' \' || s.on_hand, \', \' ORDER BY v.sku) FROM inventory.stock s JOIN catalog.variant v USING (tenant_id, variant_id) WHERE s.on_hand > 0'),
	'RUN-001-41 5, RUN-002-40 2', 'what was scanned lies on the shelf');
await go('/settings');
await look(admin, 'stores');
await sends({ status: 'active', reason: 'open' });
await shop.job('freshen', '--once');

// ---- somebody buys ----
const who = { ...people['suelas-es'], name: 'Ana', store: 'morgan', base: '', pay: 'bank_transfer', email: 'ana@shopper.example' };
const page = await b.page('morgan', '/robots.txt');
watch(page);
await page.goto(shop.url('morgan', '/'));
const hand = mouse(page);
await look(page, 'shop');
await page.locator('#q').fill('Runner 001');
await arrive(page, () => page.locator('#q').press('Enter'));
await look(page, 'shop-search');
await hand.follow(page.locator('.card a', { hasText: 'Runner 001' }).first());
await look(page, 'shop-product');
await addToCart({ page, hand, t, who });
await look(page, 'shop-cart');
await hand.follow(page.locator('.me-link'));
await hand.follow(page.locator('main a[href$="/login/register"]'));
await hand.fill(page.locator('#f-name'), who.address.name);
await hand.fill(page.locator('#f-email'), who.email);
await hand.fill(page.locator('#f-password'), 'una frase bien larga');
await hand.press(page.locator('main form .form-end button'));
const verify = await shop.mail(m => m.to.includes(who.email) && /\/login\/verify\//.test(m.text));
await page.goto(verify.text.match(/https?:\/\/\S*\/login\/verify\/\S+/)[0], { waitUntil: 'load' });
await hand.fill(page.locator('#f-password'), 'una frase bien larga');
await hand.press(page.locator('main form .form-end button'));
await page.goto(shop.url('morgan', '/cart'), { waitUntil: 'load' });
await checkout({ shop, page, hand, t, who }, { seen: step => look(page, `shop-${step}`) });
const number = await place({ shop, page, hand, t, who });
await look(page, 'shop-order');
const order = await one('SELECT order_id FROM sales."order" WHERE number = ?', number);
t.is(Number(await one('SELECT total FROM sales."order"')), 10490, 'two pairs and the post');

// ---- staff pick, pack and ship ----
await go('/orders');
await look(admin, 'orders');
await press(admin.locator('tbody th a').first());
await look(admin, 'order');
await admin.locator('summary', { hasText: 'Money came by hand' }).press('Enter');
await field('reference').fill('statement 1');
await arrive(admin, () => field('reference').press('Enter'));
await press(admin.locator('form[action$="/picks"] button'));
await look(admin, 'pick');
await scan('RUN-001-41');
await scan('RUN-001-41');
await press(admin.locator('ul.plain a.btn').first());
await scan('RUN-001-41');
await scan('RUN-001-41');
await look(admin, 'packed');
await sends({ weight: '700' });
if (!/orders\/[0-9a-f-]{36}$/.test(new URL(admin.url()).pathname))
	await go(`/orders/${order}`);
await look(admin, 'order-packed');
const check = admin.locator('button[value=pass]');
if (await check.count()) await press(check);
const leaves = admin.locator('form[action$="/send"]');
await leaves.locator('[name=carrier]').fill('Correos');
await leaves.locator('[name=tracking]').fill('PK123456789ES');
await leaves.locator('[name=url]').fill('https://track.example/PK123456789ES');
await press(leaves.locator('button.main'));
await look(admin, 'order-sent');
const news = await shop.mail(m => m.to.includes(who.email) && /PK123456789ES/.test(m.text));
t.ok(news, 'the buyer hears of it, with the number to follow');
await press(admin.locator('form[action$="/arrived"] button').first());
await look(admin, 'order-arrived');

// ---- one pair comes back ----
await page.goto(shop.url('morgan', '/account/orders'), { waitUntil: 'load' });
await look(page, 'shop-orders');
await hand.follow(page.locator('main a[href*="/account/orders/"]').first());
await look(page, 'shop-order-arrived');
await hand.follow(page.locator('a[href$="/return"]'));
await page.locator('#f-quantity-1').fill('1');
await page.locator('#f-reason').selectOption({ index: 1 });
await page.locator('#f-words').fill('Too small.');
await look(page, 'shop-return');
await hand.press(page.locator('main form .form-end button'));
await look(page, 'shop-return-asked');
await go(`/orders/${order}`);
await look(admin, 'return-asked');
await field('answer').fill('Please send it to Calle Mayor 1.');
await press(admin.locator('button[value=approve]'));
await press(admin.locator('form[action$="/receive"] button'));
await look(admin, 'return-here');
await press(admin.locator('form[action$="/inspect"] button').first());
await admin.locator('details', { has: admin.locator('form[action*="/returns/"][action$="/refund"]') }).locator('summary').first().press('Enter');
const back = admin.locator('form[action*="/returns/"][action$="/refund"]');
await back.locator('[name=back_amount]').fill('50.00');
await back.locator('[name=back_reason]').fill('one pair came back');
await look(admin, 'return-refund');
await press(back.locator('button'));
await look(admin, 'order-refunded');

// ---- what stands at the end ----
await shop.job('deliver', '--once');
await shop.job('freshen', '--once');
const all = async sql => (await shop.sql(sql)).map(r => r.it).join('; ');
t.is(await all('SELECT concat_ws(\' \', state, payment, fulfilment, return_state) AS it FROM sales."order"'), 'open partly_refunded delivered returned', 'the order is where it should be');
t.is(await all('SELECT concat_ws(\' \', amount, captured, refunded) AS it FROM payment.payment'), '10490 10490 5000', 'so is the money');
t.is(await all('SELECT format(\'%s %s from %s\', amount, debit, credit) AS it FROM payment.entry ORDER BY entry_id'),
	'10490 bank from receivable; 5000 receivable from refunds_due; 5000 refunds_due from bank', 'by double entry');
t.is(await all(`SELECT concat_ws(' ', v.sku, s.on_hand, s.held, (SELECT string_agg(m.kind || m.quantity, ' ' ORDER BY m.movement_id) FROM inventory.movement m WHERE m.variant_id = s.variant_id)) AS it
	FROM inventory.stock s JOIN catalog.variant v USING (tenant_id, variant_id) WHERE s.on_hand > 0 ORDER BY v.sku`), 'RUN-001-41 4 0 receipt5 sale-2 return1; RUN-002-40 2 0 receipt2', 'five came, two left, one came back');
await shop.job('reconcile-stock');
await shop.job('seal-audit', '--once');
t.like(await shop.ctl('audit', 'verify'), /morgan: 1 seals? over .* 0 unsealed/, 'the chain of the audit log is whole');
t.is(await all('SELECT DISTINCT action COLLATE "C" AS it FROM audit.entry ORDER BY 1'), 'catalog.imported; delivery.made; import store; order arrive; order inspect; order pack; order pick; '
	+ 'order.paid; parcel send; payment.changed; purchase.draft; purchase.receive; purchase.send; return approve; return receive; return refund; staff.joined; staff.owner; '
	+ 'staff.second_factor; staff.signed_in; store.changed; supplier.made; tax.made; warehouse.changed; warehouse.made', 'which names each step');
t.is(await all('SELECT DISTINCT reason AS it FROM audit.entry WHERE action IN (\'catalog.imported\', \'return refund\', \'payment.changed\') ORDER BY 1'),
	'one pair came back; our bank; we move in', 'with its reason');
await go('/audit');
await look(admin, 'audit');
await go('');
await look(admin, 'last-page');
for (const [who2, p] of [['the desk', admin], ['the shop', page]])
	t.is(p.trouble.filter(x => !/status of (?:404|422)/.test(x)).join('\n'), '', `${who2}: the browser has nothing to complain about`);
t.is(failed.join('\n'), '', 'no page failed');
t.note(`walked in ${Math.round((Date.now() - began) / 1000)} s`);
t.is(validate(pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${pages.length} pages`);
await end(t, b, shop);
