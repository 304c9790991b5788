// Promise: home, category and product score 95 or more in Lighthouse on a slow phone: performance,
// accessibility, best practices and SEO, each the median of three runs.
import { house, browser, tap, end, lighthouse } from '../lib/browser/browser.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const page = await b.page('velora', '/', { width: 390 });
const first = selector => page.locator(selector).first().evaluate(a => new URL(a.href).pathname);
const category = await first('.tiles a');
await page.goto(shop.url('velora', category), { waitUntil: 'load' });
const product = await first('.grid .card a');
await page.context().close();
for (const [kind, where] of [['home', '/'], ['category', category], ['product', product]]) {
	const { scores, failing } = await lighthouse(b, shop.url('velora', where));
	for (const [what, score] of Object.entries(scores))
		t.ok(score >= 95, `${kind}: ${what} ${score}`, failing.join('\n'));
}
await end(t, b, shop);
