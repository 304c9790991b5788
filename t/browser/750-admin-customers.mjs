// Promise: the pages of customers are accessible, valid and fit, on a phone without scripts and at a desk, in
// light and dark and in each language; a note and a tag are kept there without scripts.
import { house, browser, tap, end, axe, validate } from '../lib/browser/browser.mjs';
import { desk } from '../lib/browser/desk.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const d = await desk(shop, b, t, '750-customers');
const { tenant, one } = d;
const store = await one('SELECT store_id FROM tenancy.store WHERE tenant_id = ? ORDER BY code LIMIT 1', tenant);

// A business with a long name and address, and somebody private.
const eva = await one('SELECT sutler.uuid7()');
await shop.sql(`INSERT INTO customer.person (tenant_id, customer_id, store_id, email, name, phone, company, tax_id, customer_type, locale, verified_at)
	VALUES (?, ?, ?, 'eva.prado.de.la.vega@muebles-prado.example.test', 'Eva Prado de la Vega', '+34 600 100 200', 'Muebles Prado e Hijos SL', 'B12345674', 'business', 'es', sutler.now())`, tenant, eva, store);
await shop.sql(`INSERT INTO customer.address (tenant_id, address_id, customer_id, name, street, postal_code, city, country, phone, is_shipping, is_billing)
	VALUES (?, sutler.uuid7(), ?, 'Eva Prado', 'Carrer de la Llotja 12, 3.º B', '03201', 'Elx', 'ES', '+34 600 100 200', true, true)`, tenant, eva);
// Perhaps the same person: the same telephone number.
const bob = await one('SELECT sutler.uuid7()');
await shop.sql('INSERT INTO customer.person (tenant_id, customer_id, store_id, email, name, phone) VALUES (?, ?, ?, \'bob@example.test\', \'Bob Hill\', \'+34600100200\')', tenant, bob, store);
await shop.sql('INSERT INTO customer.price_group (tenant_id, code, name) VALUES (?, \'TRADE\', \'Zapateros y talleres de reparación de la provincia\'), (?, \'CLUB\', \'Club\')', tenant, tenant);
await shop.sql(`INSERT INTO customer.field (tenant_id, code, label, kind, choices, position) VALUES (?, 'HEEL', 'Heel of the shoe', 'choice', '{flat,high}', 1),
	(?, 'BORN', 'Birthday', 'date', '{}', 2), (?, 'SIZE', 'Shoe size', 'number', '{}', 3)`, tenant, tenant, tenant);
await shop.sql('UPDATE customer.person SET price_group = \'TRADE\' WHERE customer_id = ?', eva);
const variant = (await shop.sql('SELECT v.product_id, v.variant_id FROM catalog.variant v JOIN catalog.price r ON r.variant_id = v.variant_id AND r.store_id = ? LIMIT 1', store))[0];
await shop.sql(`INSERT INTO catalog.price (tenant_id, store_id, variant_id, currency, customer_group, amount)
	SELECT DISTINCT ON (variant_id) tenant_id, store_id, variant_id, currency, 'TRADE', amount - 100 FROM catalog.price WHERE variant_id = ? AND store_id = ? AND min_quantity = 1`, variant.variant_id, store);
await shop.sql('INSERT INTO event.outbox (tenant_id, store_id, kind, template, customer_id, state, done_at) VALUES (?, ?, \'mail\', \'welcome\', ?, \'done\', sutler.now())', tenant, store, eva);

async function walk(name, base, options) {
	const { page, go, look } = await d.enter(name, base, options);
	await go('/admin/customers');
	await look('list');
	await go('/admin/customers?q=nobody+at+all');
	await look('none');
	await go('/admin/customers/groups');
	await look('groups');
	await page.locator('#f-name').fill('Club');
	await page.locator('#f-code').fill('club');
	await page.locator('form[action$="/groups"] button').click();
	await page.locator('#w-code').waitFor();
	t.is((await axe(page)).join('\n'), '', `${name}: a code that is taken is said accessibly`);
	await go('/admin/customers/groups/TRADE');
	await look('group');
	await go('/admin/customers/fields');
	await look('fields');
	await go('/admin/customers/fields/HEEL');
	await look('field');
	await go(`/admin/catalog/${variant.product_id}/prices?group=TRADE`);
	await look('prices');
	await go(`/admin/customers/${eva}/merge?other=${bob}`);
	await look('merge');
	await go(`/admin/customers/${eva}/merge?mail=nobody%40example.test`);
	await look('merge-none');
	await go(`/admin/customers/${eva}`);
	await page.locator('#f-words').fill(`${name} rang`);
	await page.locator('form[action$="/note"] button').click();
	await page.locator(`text=${name} rang`).first().waitFor();
	await page.locator('#f-tag').focus();
	await page.keyboard.type(`${name}`);
	await page.keyboard.press('Enter');
	await page.locator('.tag', { hasText: name }).first().waitFor();
	t.is(await one('SELECT count(*) FROM customer.person_tag WHERE customer_id = ? AND tag = ?', eva, name), 1, `${name}: a tag is put on by keyboard`);
	await look('person');
	await page.locator('#f-value_2').fill('big');
	await page.locator('form[action$="/fields"] button').click();
	await page.locator('#w-value_2').waitFor();
	t.is((await axe(page)).join('\n'), '', `${name}: what does not fit a field is said accessibly`);
	await page.locator('#f-tax_number').fill('B12');
	await page.locator('form[action$="/edit"] button').click();
	await page.locator('#w-tax_number').waitFor();
	t.is((await axe(page)).join('\n'), '', `${name}: what is wrong is said accessibly`);
	await page.context().close();
}

await walk('desk', '/en', { width: 1280, dark: true });
await walk('plain', '', { width: 390, js: false });
await walk('phone', '/id', { width: 390, dark: true });
t.is(validate(d.pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${d.pages.length} pages`);
await end(t, b, shop);
