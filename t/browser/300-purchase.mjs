// Promise: a shopper finds a product, orders it and has the confirmation by mail, in each
// store and language, on a phone and at a desk, and no page complains on the way.
import { house, browser, tap, end, fits } from '../lib/browser/browser.mjs';
import { people, mouse, buy } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
let width = 390;
for (const [name, person] of Object.entries(people)) {
	const who = { ...person, name };
	width = width === 390 ? 1280 : 390;
	const page = await b.page(who.store, `${who.base}/`, { width });
	const wide = [];
	page.on('load', async () => { if (!await fits(page).catch(() => true)) wide.push(page.url()); });
	const { number, mail } = await buy({ shop, page, hand: mouse(page), t, who });
	t.is(wide.join(' '), '', `${name}: nothing sticks out at ${width} px`);
	t.is(page.trouble.join('\n'), '', `${name}: the browser has nothing to complain about`);

	// The mail as it lies in the catcher, and its way back to the order.
	await page.goto(shop.mailbox, { waitUntil: 'load' });
	await page.locator('a.mail', { hasText: mail.subject }).filter({ hasText: who.email }).first().click();
	t.like(await page.frameLocator('iframe').locator('body').innerText(), new RegExp(number), `${name}: the mail can be read and names the order`);
	const link = mail.text.match(/https?:\/\/\S*\/order\/\S+/)?.[0];
	t.ok(link, `${name}: it leads to the order`);
	await page.goto(link, { waitUntil: 'load' });
	t.like(await page.locator('main').innerText(), new RegExp(number), `${name}: whose page opens for who has the link`);
	await page.context().close();
}
await end(t, b, shop);
