// Promise: everything a shopper needs works where scripts are off.
import { house, browser, tap, end } from '../lib/browser/browser.mjs';
import { people, mouse, buy } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
let width = 1280;
for (const [name, person] of Object.entries(people)) {
	width = width === 390 ? 1280 : 390;
	const page = await b.page(person.store, `${person.base}/`, { js: false, width });
	await buy({ shop, page, hand: mouse(page), t, who: { ...person, name } });
	await page.context().close();
}
await end(t, b, shop);
