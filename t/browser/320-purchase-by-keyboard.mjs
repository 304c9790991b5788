// Promise: who has only a keyboard buys like anybody else: each element is reached by Tab, the
// focus is seen at every step and never lost, and a mistake is where the focus goes.
import { house, browser, tap, end } from '../lib/browser/browser.mjs';
import { people, keyboard, buy, checkout, fillCart } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const focused = page => page.evaluate(() => document.activeElement?.id || document.activeElement?.className || document.activeElement?.tagName);

for (const name of ['suelas-es', 'velora', 'langkah']) {
	const who = { ...people[name], name };
	const page = await b.page(who.store, `${who.base}/`, { width: name === 'velora' ? 390 : 1280 });
	const hand = keyboard(page);
	await page.keyboard.press('Tab');
	t.is(await focused(page), 'skip', `${name}: the first Tab finds the way past the head`);
	await hand.look('skip link');
	await page.keyboard.press('Enter');
	t.is(await focused(page), 'main', `${name}: which leads to the content`);
	await buy({ shop, page, hand, t, who });
	t.is([...new Set(hand.trouble)].join('\n'), '', `${name}: the focus is seen everywhere`);
	await page.context().close();
}

{
	const who = { ...people.velora, name: 'a mistake' };
	const page = await b.page(who.store, '/cart', { width: 1280 });
	const hand = keyboard(page);
	const o = { shop, page, hand, t, who };
	await fillCart(o);
	await checkout(o, { until: 'contact' });
	await hand.fill(page.locator('#f-email'), 'nobody');
	await hand.press(page.locator('main form .form-end button'));
	t.is(await focused(page), 'errors', `${who.name}: the list of mistakes has the focus`);
	await hand.look('errors');
	t.is(await page.locator('#f-email').getAttribute('aria-invalid'), 'true', `${who.name}: the field is marked`);
	t.is(await page.locator('#f-email').inputValue(), 'nobody', `${who.name}: and keeps what was typed`);
	await page.keyboard.press('Tab');
	await page.keyboard.press('Enter');
	await page.waitForFunction(() => location.hash === '#f-email');
	t.is(await focused(page), 'f-email', `${who.name}: each mistake leads to its field`);
	t.is(hand.trouble.join('\n'), '', `${who.name}: the focus is seen`);
	await page.context().close();
}
await end(t, b, shop);
