// Promise: one cart is one order: clicked twice, sent from two tabs, or gone back to.
import { house, browser, tap, end } from '../lib/browser/browser.mjs';
import { people, mouse, checkout, fillCart } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const orders = async email => Number((await shop.sql('SELECT count(*) AS n FROM sales."order" JOIN sales.contact USING (tenant_id, contact_id) WHERE email = ?', email))[0].n);
const PLACE = 'form[action$="/checkout/order"] button.buy';

async function atReview(email, options) {
	const page = await b.page('velora', '/', options);
	const who = { ...people.velora, name: email, email };
	const o = { shop, page, hand: mouse(page), t, who };
	await fillCart(o, 1);
	await checkout(o);
	if (await page.locator('#f-terms').count()) await page.locator('#f-terms').check();
	return page;
}

{
	const email = 'twice@example.test', page = await atReview(email);
	// Two sends of the same form, the second before the answer to the first.
	await page.locator(PLACE).dblclick({ noWaitAfter: true, delay: 5 });
	await page.waitForURL(/\/order\//, { waitUntil: 'load' });
	t.is(await orders(email), 1, 'T22 a double click is one order');
	t.like(await page.locator('main').innerText(), /Thank you/, 'whose page is shown');
	const link = page.url();

	await page.goBack({ waitUntil: 'load' });
	t.is(await page.locator(PLACE).count(), 0, 'the way back offers no order again');
	t.like(await page.locator('main').innerText(), /cart is empty/i, 'but says that the cart is empty');
	await page.goto(link, { waitUntil: 'load' });
	t.like(await page.locator('main').innerText(), /1\d{3}/, 'the order keeps its page');
	t.is(await orders(email), 1, 'and is the only one');
	await page.context().close();
}

{
	const email = 'tabs@example.test', one = await atReview(email);
	const two = await b.page('velora', '/checkout/review', { context: one.context() });
	if (await two.locator('#f-terms').count()) await two.locator('#f-terms').check();
	await Promise.all([one, two].map(p => p.locator(PLACE).click()));
	await Promise.all([one, two].map(p => p.waitForURL(/\/order\//, { waitUntil: 'load' })));
	t.is(await orders(email), 1, 'T22 two tabs are one order');
	const numbers = await Promise.all([one, two].map(p => p.locator('.done-head strong').first().innerText()));
	t.is(numbers[0], numbers[1], 'and both tabs show it');
	await one.context().close();
}
await end(t, b, shop);
