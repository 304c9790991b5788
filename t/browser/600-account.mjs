// Promise: a customer does everything of his account without scripts on a phone, and by the
// keyboard alone at a desk; buys with what it knows; and every page of it is accessible, fits and
// speaks his language (CUS-01, CUS-03, CUS-04, ORD-04, ORD-07, CHK-05).
import { createHash, randomBytes } from 'node:crypto';
import { house, browser, tap, end, axe, fits, shot, savePage, validate } from '../lib/browser/browser.mjs';
import { people, mouse, keyboard, fillCart, address } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house({ gateway: 1 });
const b = await browser(shop);
for (const store of ['suelas', 'velora', 'langkah']) await shop.account(store);
const pages = [];

// A customer of the store whose session is in the browser's cookies.
async function signIn(page, who) {
	const token = randomBytes(32).toString('base64url');
	const [{ tenant_id: tenant, store_id: store }] = await shop.sql('SELECT tenant_id, store_id FROM tenancy.store WHERE code = ?', who.store);
	await shop.sql('SELECT set_config(\'sutler.tenant\', ?, false)', tenant);
	const [{ id }] = await shop.sql('SELECT sutler.uuid7() AS id');
	await shop.change(`INSERT INTO customer.person (tenant_id, customer_id, email, verified_at, name, locale, store_id)
		VALUES (?, ?, ?, sutler.now(), ?, ?, ?)`, tenant, id, who.email, who.address.name, 'en', store);
	await shop.change(`INSERT INTO customer.session (tenant_id, session_id, token_sha256, customer_id, expires_at)
		VALUES (?, sutler.uuid7(), decode(?, 'hex'), ?, sutler.now() + interval '1 day')`, tenant, createHash('sha256').update(token).digest('hex'), id);
	await page.context().addCookies([{ name: 'sid', value: token, url: shop.url(who.store, '/') }]);
	return { tenant, id };
}

async function walk({ name, who, hand, page, pictures }) {
	const go = path => page.goto(shop.url(who.store, `${who.base}${path}`), { waitUntil: 'load' });
	const main = () => page.locator('main').innerText();
	const look = async what => {
		t.is((await axe(page)).join('\n'), '', `${name}: ${what} is accessible`);
		t.ok(await fits(page), `${name}: ${what} fits`);
		if (pictures) await shot(page, `600-account-${name}-${what}`);
		const cookies = (await page.context().cookies()).map(c => `${c.name}=${c.value}`).join('; ');
		pages.push(await savePage(page.url(), `600-${name}-${what}`, { Cookie: cookies }));
	};
	const save = () => page.locator('main form .form-end button');
	const { id } = await signIn(page, who);
	await go('/account');
	await look('overview-empty');

	await hand.follow(page.locator('.chips a[href$="/account/profile"]'));
	await look('profile');
	await hand.fill(page.locator('#f-phone'), 'none');
	await hand.press(save());
	t.ok(await page.locator('#f-phone[aria-invalid=true]').count(), `${name}: a mistake is marked`);
	await look('profile-wrong');
	await hand.fill(page.locator('#f-phone'), who.phone);
	await hand.press(save());
	t.ok(await page.locator('.note.ok').count(), `${name}: the profile is saved`);

	await hand.follow(page.locator('.chips a[href$="/account/addresses"]'));
	await hand.follow(page.locator('a[href$="/account/addresses/new"]').first());
	await look('address');
	await address({ page, hand, who });
	await hand.press(save());
	t.like(await main(), new RegExp(who.address.city), `${name}: the address is in the book`);
	await look('addresses');

	// Buys with it.
	await fillCart({ shop, page, who }, 2);
	await hand.press(page.locator('form[action$="/checkout"] button'));
	t.is(await page.locator('#f-email').inputValue(), who.email, `${name}: the checkout knows the mail address`);
	await look('checkout-contact');
	await hand.press(save());
	t.like(page.url(), /\/checkout\/address$/, `${name}: and asks for no code`);
	t.ok(await page.locator('input[name=book]').first().isChecked(), `${name}: the address is chosen`);
	t.ok(!await page.locator('#f-street').isVisible(), `${name}: and its form stays out of the way`);
	await look('checkout-address');
	await hand.check(page.locator('input[name=book][value=""]'));
	t.ok(await page.locator('#f-street').isVisible(), `${name}: until another is wanted`);
	await hand.check(page.locator('input[name=book]').first());
	await hand.press(save());
	await hand.check(page.locator('input[name=method]').first());
	await hand.press(save());
	await hand.check(page.locator('input[name=method][value=bank_transfer]'));
	await hand.press(save());
	if (await page.locator('#f-terms').count()) await hand.check(page.locator('#f-terms'));
	await hand.press(page.locator('form[action$="/checkout/order"] button.buy'));
	const number = (await page.locator('.done-head strong').first().innerText()).trim();

	await go('/account');
	t.like(await main(), new RegExp(number), `${name}: the order is on the overview`);
	await look('overview');
	await hand.follow(page.locator('.chips a[href$="/account/orders"]'));
	await look('orders');
	await hand.follow(page.locator('main .section-head a[href*="/orders/"]').first());
	await look('order');
	await hand.follow(page.locator('a[href$="/change"]'));
	await look('change');
	await hand.fill(page.locator('main form input[name=quantity]').first(), '1');
	await hand.press(save());
	await look('change-confirm');
	const total = (await page.locator('.sums .total td').innerText()).trim();
	await hand.press(save());
	t.ok(await page.locator('.note.ok').count(), `${name}: the order is changed`);
	t.is((await page.locator('.sum .total td').innerText()).trim(), total, `${name}: to the total that was confirmed`);
	await hand.press(page.locator('form[action$="/again"] button'));
	t.like(page.url(), /\/cart$/, `${name}: it can be ordered again`);
	await go('/account/orders');
	await hand.follow(page.locator('main .section-head a[href*="/orders/"]').first());
	await hand.open(page.locator('details:has(form[action$="/cancel"]) summary'));
	await hand.press(page.locator('form[action$="/cancel"] button'));
	const [{ state }] = await shop.sql('SELECT state FROM sales."order" WHERE customer_id = ?', id);
	t.is(state, 'cancelled', `${name}: and cancelled`);
	await look('cancelled');

	// What if it had been sent instead: it is sent back.
	const [{ order_id: order, tenant_id: tenant }] = await shop.sql('SELECT order_id, tenant_id FROM sales."order" WHERE customer_id = ?', id);
	await shop.change(`UPDATE sales."order" SET state = 'open', payment = 'paid', fulfilment = 'shipped' WHERE order_id = ?`, order);
	await shop.change(`INSERT INTO shipping.shipment (tenant_id, shipment_id, order_id, carrier, tracking_number, tracking_url)
		VALUES (?, ?, ?, 'Post', 'TRACK-7', 'https://post.example/TRACK-7')`, tenant, order, order);
	await shop.change(`INSERT INTO shipping.shipment_line (tenant_id, shipment_id, order_id, line_no, quantity)
		SELECT tenant_id, order_id, order_id, line_no, quantity FROM sales.order_line WHERE order_id = ?`, order);
	// A book came with it: as a file.
	await shop.change(`INSERT INTO sales.order_line (tenant_id, order_id, line_no, variant_id, sku, name, quantity, unit_price, discount, tax, total, digital, ships)
		SELECT tenant_id, order_id, 150, variant_id, sku, 'The care of shoes', 1, 0, 0, 0, 0, true, false FROM sales.order_line WHERE order_id = ? LIMIT 1`, order);
	await shop.change(`INSERT INTO catalog.download_file (tenant_id, file_id, variant_id, name, file_name, mime, bytes)
		SELECT tenant_id, sutler.uuid7(), variant_id, 'aa/' || left(md5(order_id::text), 30), 'the-care-of-shoes-' || order_id || '.pdf', 'application/pdf', 3400000
		FROM sales.order_line WHERE order_id = ? AND digital`, order);
	await shop.change(`INSERT INTO sales.download (tenant_id, order_id, variant_id, expires_at, times)
		SELECT tenant_id, order_id, variant_id, sutler.now() + interval '30 days', 5 FROM sales.order_line WHERE order_id = ? AND digital`, order);
	await go(`/account/orders/${order}`);
	t.ok(await page.locator('#downloads form button').count(), `${name}: what is a download can be fetched`);
	await look('downloads');
	t.ok(await page.locator('a[href="https://post.example/TRACK-7"]').count(), `${name}: the parcel can be followed`);
	await hand.follow(page.locator('a[href$="/return"]'));
	await look('return');
	await hand.press(save());
	t.ok(await page.locator('#f-reason[aria-invalid=true]').count(), `${name}: a reason is asked for`);
	await look('return-wrong');
	await hand.fill(page.locator('main form input[name=quantity]').first(), '1');
	await hand.choose(page.locator('#f-reason'), 'size');
	await hand.press(save());
	const [{ wanted }] = await shop.sql('SELECT count(*) AS wanted FROM sales.return WHERE order_id = ?', order);
	t.is(Number(wanted), 1, `${name}: the return is asked for`);
	await look('returned');

	// Another by card, whose hosted page he leaves: it is paid from the account.
	await fillCart({ shop, page, who }, 1);
	await hand.press(page.locator('form[action$="/checkout"] button'));
	await hand.press(save());
	await hand.press(save());
	await hand.check(page.locator('input[name=method]').first());
	await hand.press(save());
	await hand.check(page.locator('input[name=method][value=card]'));
	await hand.press(save());
	if (await page.locator('#f-terms').count()) await hand.check(page.locator('#f-terms'));
	await hand.press(page.locator('form[action$="/checkout/order"] button.buy'));
	const hosted = page.url();
	t.ok(hosted.startsWith(`${shop.gateway}/c/pay/`), `${name}: an order by card leads to the gateway`, hosted);
	await go('/account/orders');
	await hand.follow(page.locator('main .section-head a[href*="/orders/"]').first());
	await look('order-card');
	await hand.press(page.locator('form[action$="/pay"] button'));
	t.is(page.url(), hosted, `${name}: Pay now leads there again`);
	await go('/account');

	await hand.follow(page.locator('.chips a[href$="/account/privacy"]'));
	await hand.press(page.locator('form[action$="/export"] button'));
	await shop.job('privacy');
	await go('/account/privacy');
	t.ok(await page.locator('a[href*="/account/privacy/"]').count(), `${name}: the copy of the data lies there`);
	await look('privacy');
	// The form with a mistake came back as one.
	t.is(page.trouble.filter(line => !/status of 422/.test(line)).join('\n'), '', `${name}: the browser has nothing to complain about`);
}

// .ci/run lets one go on a phone without scripts and one by keyboard at a desk.
const some = (process.env.SUTLER_TEST_PEOPLE ?? (process.env.SUTLER_TEST_SHARED ? 'suelas-es,velora' : undefined))?.split(',');
const visits = [
	{ name: 'suelas-es', js: false, width: 390, dark: true },
	{ name: 'velora', js: true, width: 1280, keys: true },
	{ name: 'langkah', js: false, width: 1280 },
	{ name: 'suelas-en', js: true, width: 390 },
];
for (const visit of visits.filter(v => !some || some.includes(v.name))) {
	const who = { ...people[visit.name], email: `account.${visit.name}@example.test`, name: visit.name };
	const page = await b.page(who.store, `${who.base}/`, visit);
	const hand = visit.keys ? keyboard(page) : mouse(page);
	await walk({ name: visit.name, who, hand, page, pictures: true });
	if (hand.trouble) t.is(hand.trouble.join('\n'), '', `${visit.name}: the focus is seen all the way`);
	await page.context().close();
}
t.is(validate(pages).filter(m => !/inputmode. attribute is not supported in all/.test(m)).join('\n'), '', `the checker finds no mistake in ${pages.length} pages`);
await end(t, b, shop);
