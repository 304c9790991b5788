// Promise: the pages of stock work are accessible, valid and fit, on a phone without scripts and at a desk, in light
// and dark and in each language; goods are received by a scanner that only types, and what it sends wrongly is said.
import { house, browser, tap, end, axe, shot, validate } from '../lib/browser/browser.mjs';
import { desk } from '../lib/browser/desk.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const d = await desk(shop, b, t, '760-stock');
const { tenant, staff, one } = d;
const warehouse = await one('SELECT warehouse_id FROM inventory.warehouse WHERE tenant_id = ? ORDER BY code LIMIT 1', tenant);
const goods = await shop.sql(`SELECT v.variant_id, v.sku FROM catalog.variant v JOIN inventory.stock s ON s.tenant_id = v.tenant_id AND s.variant_id = v.variant_id
	WHERE v.tenant_id = ? AND s.warehouse_id = ? AND s.on_hand > 20 ORDER BY v.sku LIMIT 3`, tenant, warehouse);
const supplier = await one('SELECT sutler.uuid7()');
await shop.sql(`INSERT INTO inventory.supplier (tenant_id, supplier_id, code, name, email, currency, lead_days, over_ppm)
	VALUES (?, ?, 'CURTIDOS', 'Curtidos del Vinalopó e Hijos SL', 'pedidos@curtidos.example', 'EUR', 12, 50000)`, tenant, supplier);
for (const g of goods)
	await shop.sql('INSERT INTO inventory.supplier_item (tenant_id, supplier_id, variant_id, sku, price, least) VALUES (?, ?, ?, ?, 1250, 1)', tenant, supplier, g.variant_id, `CV-${g.sku}`);
const list = values => `{${values.join(',')}}`;
const order = async () => {
	const id = await one('SELECT sutler.uuid7()');
	await shop.sql('SELECT inventory.purchase_draft(?, ?, \'test\', ?, ?, ?, ?::uuid[], ?::integer[], ?::bigint[])', tenant, staff, id, supplier, warehouse,
		list(goods.map(g => g.variant_id)), list(goods.map(() => 3)), list(goods.map(() => 1250)));
	return id;
};
const draft = await order();
// A night's study: one that sells, one that lies, one whose pieces are old; and one that is low.
await shop.sql("INSERT INTO inventory.study (tenant_id, started_at, monday, ended_at, variants, tested, missed, asked, scaled, mase) VALUES (?, sutler.now(), '2026-11-23', sutler.now(), 3, 1, 41000, 160000, 1, 870)", tenant);
for (const [i, g] of goods.entries())
	await shop.sql(`INSERT INTO inventory.insight (tenant_id, variant_id, sku_key, archived, sold_7, sold_30, sold_90, on_hand, cover_days, age_30, age_90, age_180, age_365, age_more, average, currency)
		VALUES (?, ?, lower(?), false, ?, ?, ?, 120, ?, 20, 20, 20, 20, 40, 1250, 'EUR')`, tenant, g.variant_id, g.sku, 5 * i, 20 * i, 60 * i, i ? 120 * 90 / (60 * i) : null);
await shop.sql(`INSERT INTO inventory.forecast (tenant_id, variant_id, method, monday, begins, weeks, ahead, sigma, missed, asked, mase)
	SELECT ?, ?, 'damped', '2026-11-23', 12, array_agg((10 + 8 * sin(n / 4.0) + n % 3)::bigint ORDER BY n), '{17100,17600,18000,18200,18400,18500,18600,18700}', 3200, 41000, 160000, 870 FROM generate_series(1, 52) n`,
	tenant, goods[0].variant_id);
await shop.sql('SELECT inventory.reorder_set(?, ?, ?, ?, 100000, 100500)', tenant, staff, goods[0].variant_id, warehouse);

// A variant with lots: one that expires soon and was blocked, pieces of it that are inspected, and more that is made.
const [, , kept] = goods;
await shop.sql("SELECT inventory.care_save(?, ?, ?, false, 'expiry', true)", tenant, staff, kept.variant_id);
const lot = await one("SELECT inventory.lot_open(?, ?, ?, 'BALSAMO-2026-11/0047', inventory.today() + 9, inventory.today() - 80, ?, NULL, NULL)", tenant, kept.variant_id, warehouse, supplier);
await shop.sql("SELECT inventory.adjust_lot(?, ?, ?, 24, 'receipt', '', 'test', ?, ?)", tenant, kept.variant_id, warehouse, staff, lot);
await shop.sql("SELECT inventory.inspect_open(?, ?, ?, ?, NULL, NULL, 4, 'test', ?)", tenant, kept.variant_id, warehouse, lot, staff);
const waiting = await one('SELECT inspection_id FROM inventory.inspection WHERE lot_id = ?', lot);
await shop.sql("SELECT inventory.lot_block(?, ?, ?, true, 'The lid leaks')", tenant, staff, lot);
const work = await one('SELECT sutler.uuid7()');
await shop.sql("INSERT INTO inventory.production (tenant_id, production_id, number, variant_id, state, due_on) VALUES (?, ?, 47, ?, 'started', inventory.today() - 1)", tenant, work, kept.variant_id);

async function walk(name, base, few, options) {
	const { page, go: goTo, look } = await d.enter(name, base, options);
	const go = path => goTo(`/admin/inventory${path}`);
	for (const [path, what] of [['/warehouses', 'warehouses'], [`/warehouses/${warehouse}`, 'warehouse'], ['/suppliers', 'suppliers'], [`/suppliers/${supplier}`, 'supplier'],
		['/low', 'low'], ['/insight', 'insight'], ['/insight?show=aged', 'aged'], [`/${goods[0].variant_id}`, 'demand'], ['/purchases', 'purchases'], [`/purchases/${draft}`, 'draft'],
		['/lots', 'lots'], [`/lots/${lot}`, 'lot'], ['/inspections', 'inspects'], [`/inspections/${waiting}`, 'inspect'], ['/production', 'productions'], [`/production/${work}`, 'production'],
		[`/purchases/${draft}/edit`, 'edit']]) {
		if (few && !few.includes(what))
			continue;
		await go(path);
		await look(what);
	}
	await page.locator('#f-sku_1').fill('NOPE');
	await page.locator('main form button.main').click();
	await page.locator('#w-sku_1').waitFor();
	t.is((await axe(page)).join('\n'), '', `${name}: what is wrong with a line is said accessibly`);
	await shot(page, `760-stock-${name}-wrong`);

	// A scanner: it types, with Enter at the end, into whatever has the focus.
	const id = await order();
	await shop.sql('SELECT inventory.purchase_step(?, ?, \'test\', ?, \'send\', \'\')', tenant, staff, id);
	await go(`/purchases/${id}/receive`);
	const scan = async code => {
		t.ok(await page.locator('#f-code:focus').waitFor().then(() => true, () => false), `${name}: the scanner's field has the focus`);
		await page.keyboard.type(code);
		const loaded = page.waitForEvent('load');
		await page.keyboard.press('Enter');
		await loaded;
	};
	await scan(goods[0].sku.toLowerCase());
	await page.locator('text=: 1 / 3').waitFor();
	await scan(goods[0].sku);
	await page.locator('text=: 2 / 3').waitFor();
	await scan('NOPE');
	await page.locator('#w-code').waitFor();
	await scan(goods[1].sku);
	await look('receive');
	await page.locator('button', { hasText: /Book|Registrar|Bukukan/ }).click();
	await page.locator('h1 .tag.warn').waitFor();
	t.is(Number(await one(`SELECT sum(received) FROM inventory.purchase_line WHERE purchase_id = ?`, id)), 3, `${name}: the scanned pieces are booked`);
	await look('partly');

	// A transfer and a count.
	const shed = await one('SELECT sutler.uuid7()');
	await shop.sql('INSERT INTO inventory.warehouse (tenant_id, warehouse_id, code, name, country) VALUES (?, ?, upper(?), ?, \'ES\')', tenant, shed, `SHED-${name}`, `Nave de ${name}`);
	await go('/transfers');
	await page.locator('details.panel').evaluate(d => { d.open = true; });
	await page.locator('#f-from').selectOption(warehouse);
	await page.locator('#f-to').selectOption(shed);
	await page.locator('form[method=post] button.main').click();
	await page.locator('#f-code').waitFor();
	await scan(goods[0].sku);
	await scan(goods[0].sku);
	await page.locator('text=: 2').first().waitFor();
	await look('transfer');
	await page.locator('form[action$="/send"] button').click();
	await page.locator('h1 .tag.warn').waitFor();
	await scan(goods[0].sku);
	await page.locator('text=: 1 / 2').waitFor();
	await page.locator('form[action$="/receive"] button').click();
	await page.locator('#w-why').waitFor();
	t.is((await axe(page)).join('\n'), '', `${name}: that the numbers differ is said accessibly`);
	await page.locator('#f-why').fill('Broken');
	await page.locator('form[action$="/receive"] button').click();
	await page.locator('h1 .tag.ok').waitFor();
	await go('/transfers');
	await look('transfers');
	await go('/counts');
	await page.locator('details.panel').evaluate(d => { d.open = true; });
	await page.locator('#f-warehouse').selectOption(shed);
	await page.locator('form[method=post] button.main').click();
	await page.locator('#f-code').waitFor();
	for (let round = 0; round < 2; round++) {
		await scan(goods[0].sku);
		await scan(goods[0].sku);
		if (round === 0)
			await look('count');
		await page.locator('form[action$="/review"] button').click();
		await page.locator(round === 0 ? 'h1 .tag.warn' : 'form[action$="/book"]').waitFor();
	}
	await look('differences');
	await page.locator('#f-reason').fill('Found one');
	await page.locator('form[action$="/book"] button').click();
	await page.locator('h1 .tag.ok').waitFor();
	t.is(Number(await one('SELECT on_hand FROM inventory.stock WHERE warehouse_id = ? AND variant_id = ?', shed, goods[0].variant_id)), 2, `${name}: the count is booked`);
	await go('/counts');
	if (name === 'desk')
		await look('counts');
	await page.context().close();
}

await walk('desk', '/en', null, { width: 1280, dark: true });
await walk('plain', '', ['supplier', 'low', 'insight', 'lots', 'lot', 'edit'], { width: 390, js: false });
await walk('phone', '/id', ['warehouse', 'suppliers', 'aged', 'demand', 'lot', 'inspect', 'production', 'edit'], { width: 390, dark: true });
t.is(validate(d.pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${d.pages.length} pages`);
await end(t, b, shop);
