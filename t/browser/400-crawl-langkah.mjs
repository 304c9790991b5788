// Promise: every kind of page of the store langkah can be used by everybody, is valid, whole and in its language.
import { house, browser, tap, end } from '../lib/browser/browser.mjs';
import { people } from '../lib/browser/shopper.mjs';
import { crawl } from '../lib/browser/crawl.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
for (const name of ['langkah'])
	await crawl({ t, shop, b, who: people[name], name });
await end(t, b, shop);
