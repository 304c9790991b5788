// Promise: home, category and product score 95 or more in Lighthouse on a slow phone: performance,
// accessibility, best practices and SEO, each the median of three runs.  A machine on which a page of text of the same shop
// is slow judges the speed of no page: then it says so, and the other three are asked for.
import { house, browser, tap, end, lighthouse } from '../lib/browser/browser.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const page = await b.page('velora', '/', { width: 390 });
const first = selector => page.locator(selector).first().evaluate(a => new URL(a.href).pathname);
const category = await first('.tiles a');
const text = await first('footer a[href*="/page/"]');
await page.goto(shop.url('velora', category), { waitUntil: 'load' });
const product = await first('.grid .card a');
await page.context().close();
const CONTROL = 98;
const control = await lighthouse(b, shop.url('velora', text), { runs: 1 });
const judges = control.scores.performance >= CONTROL;
t.note(`a page of text: ${JSON.stringify(control.scores)}`);
for (const [kind, where] of [['home', '/'], ['category', category], ['product', product]]) {
	const { scores, failing, machine } = await lighthouse(b, shop.url('velora', where));
	t.note(`${kind}: ${JSON.stringify(scores)} on a machine of index ${machine}`);
	for (const [what, score] of Object.entries(scores))
		if (what === 'performance' && !judges) t.ok(true, `${kind}: ${what} ${score} # SKIP a page of text reaches ${control.scores.performance} on this machine`);
		else t.ok(score >= 95, `${kind}: ${what} ${score}`, failing.join('\n'));
}
await end(t, b, shop);
