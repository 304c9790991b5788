// crawl.mjs -- looks at every kind of page of a store in one language, as a strict visitor would.
//
//	await crawl({ t, shop, b, who, name: 'velora', thorough: true });
//
// Each state of a page is looked at in light at a desk and in dark on a phone (thorough: all four):
// axe, nothing sticking out at 320 and 390 px, every picture decoded, no complaint of the browser,
// no English left on a page of another language.  Every link and picture is then asked for, and
// all HTML goes to the checker as the server sent it.
import { mkdirSync, writeFileSync, readFileSync, readdirSync } from 'node:fs';
import { request, Agent } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { axe, fits, validate } from './browser.mjs';
import { mouse, checkout, fillCart, place } from './shopper.mjs';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
// Pages asked for beyond those looked at: all kinds are among them long before.
const PAGES_MAX = 90;
// Words that no page in Spanish or Indonesian has, but for names.
const ENGLISH = /\b(?:the|and|your|with|please|you|this|from|for|was|were|cannot|not|of|or)\b/i;

// GET of a path of the store: { status, body, location, type }.
function get(shop, who, where, method = 'GET') {
	return new Promise((resolve, reject) => {
		request({ host: '127.0.0.1', port: shop.port, path: where, method, agent,
			headers: { Host: `${who.store}.localhost:${shop.port}` } }, r => {
			const parts = [];
			r.on('data', d => parts.push(d)).on('end', () => resolve({ status: r.statusCode, body: Buffer.concat(parts),
				location: r.headers.location, type: r.headers['content-type'] ?? '' }));
		}).on('error', reject).end();
	});
}

// Sentences of the programs that have another form in the language.
export function sentences(language) {
	if (language === 'en') return new Set();
	const text = readFileSync(path.join(top, `po/${language}.po`), 'utf8').replace(/"\n"/g, '');
	const known = new Set();
	for (const [, id, str] of text.matchAll(/^msgid "((?:[^"\\]|\\.)+)"\nmsgstr "((?:[^"\\]|\\.)*)"/gm))
		if (id !== str && !id.includes('{{')) known.add(id.replace(/\\(.)/g, '$1'));
	return known;
}

// What stands on the page for people to read.
export const words = page => page.evaluate(() => {
	const found = new Set();
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const el = walk.currentNode.parentElement;
		if (!el.closest('script,style,[lang]:not(html)')) found.add(walk.currentNode.data.trim().replace(/\s+/g, ' '));
	}
	for (const el of document.querySelectorAll('[aria-label],[placeholder],[alt],[title]'))
		for (const a of ['aria-label', 'placeholder', 'alt', 'title']) if (el.getAttribute(a)) found.add(el.getAttribute(a).trim());
	found.delete('');
	return [...found];
});

export async function crawl({ t, shop, b, who, name, thorough = false }) {
	const dir = path.join(top, 'var/test/pages');
	mkdirSync(dir, { recursive: true });
	const files = [], links = new Map(), trouble = [], english = [], access = [], wide = [], pictures = [];
	const page = await b.page(who.store, `${who.base}/`, { width: 1280 });
	const origin = shop.url(who.store, '').replace(/\/$/, '');
	const language = await page.evaluate(() => document.documentElement.lang.split('-')[0]);
	const known = sentences(language);
	let last = { status: 0 };
	page.on('response', async r => {
		if (r.request().isNavigationRequest() && r.frame() === page.mainFrame() && (r.status() < 300 || r.status() >= 400))
			last = { status: r.status(), body: r.body().catch(() => null) };
		else if (r.status() >= 400) trouble.push(`${page.url()}: ${r.url()} answers ${r.status()}`);
	});
	const keep = (kind, body) => {
		const file = path.join(dir, `${name}-${kind.replace(/[^\w.-]+/g, '_')}.html`);
		writeFileSync(file, body);
		files.push(file);
	};
	const note = (list, kind, what) => list.push(...what.map(w => `${kind}: ${w}`));

	async function look(kind, status = 200) {
		const body = await last.body;
		if (last.status !== status) trouble.push(`${kind}: answers ${last.status}, not ${status}`);
		if (body) keep(kind, body);
		await page.evaluate(() => document.fonts.ready);
		for (const [width, dark] of thorough ? [[1280, false], [1280, true], [390, false], [390, true]] : [[1280, false], [390, true]]) {
			await page.setViewportSize({ width, height: 900 });
			await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
			note(access, `${kind} ${width} ${dark ? 'dark' : 'light'}`, await axe(page));
		}
		for (const width of [320, 390, 1280]) {
			await page.setViewportSize({ width, height: 900 });
			if (!await fits(page)) wide.push(`${kind} at ${width}`);
		}
		await page.emulateMedia({ colorScheme: 'light' });
		note(pictures, kind, await page.evaluate(async () => {
			const bad = [];
			for (const img of document.images) {
				img.loading = 'eager';
				// A size chosen anew for another width ends the decoding of the one before: then once more.
				await img.decode().catch(() => img.decode()).catch(() => bad.push(`${img.currentSrc || img.src} does not decode`));
				if (!img.naturalWidth) bad.push(`${img.src} is empty`);
			}
			return bad;
		}));
		if (language !== 'en')
			note(english, kind, (await words(page)).filter(w => known.has(w) || (ENGLISH.test(w) && !/[@:/]/.test(w))));
		for (const url of await page.evaluate(() => [...document.querySelectorAll('a[href]:not([href^="#"]), link[href], img[src], use[href]')]
			.flatMap(e => [e.href?.baseVal ?? e.href ?? e.src, ...(e.srcset ?? '').split(',').map(s => s.trim().split(' ')[0])])
			.filter(Boolean).map(u => new URL(u, location.href).href)))
			if (url.startsWith(origin) && !url.includes('/no-such-page') && !links.has(url.split('#')[0])) links.set(url.split('#')[0], kind);
		// What the checker or the browser says of a document that is meant to be refused is no trouble.
		page.trouble = page.trouble.filter(x => !(status >= 400 && x.includes(`status of ${status}`)));
	}
	const open = (where, kind, status) => page.goto(`${origin}${where}`, { waitUntil: 'load' }).then(() => look(kind, status));
	const hrefs = selector => page.locator(selector).evaluateAll(l => [...new Set(l.map(a => new URL(a.href).pathname))]);

	// The shop window.
	await open(`${who.base}/`, 'home');
	const collection = (await hrefs('main .tiles a')).at(-1);
	const categories = await hrefs('.menu nav > ul > li > a'), pages = await hrefs('.foot nav a[href*="/page/"]');
	await open(pages[0], 'text');
	await open(collection, 'collection');
	await open(categories[0], 'category');
	const products = await hrefs('.grid .card a');
	const box = await page.locator('.filters details.facet input[type=checkbox]').first().evaluate(e => `${e.name}=${e.value}`);
	await open(`${categories[0]}?${box}`, 'category-filtered');
	await open(`${categories[0]}?price_from=999999`, 'category-nothing');
	for (const [n, where] of [products[0], products.at(-1)].entries()) await open(where, `product-${n + 1}`);
	const tag = (await hrefs('.details .chips a'))[0];
	const made = await shop.sql(`SELECT DISTINCT ON (l.stock) l.stock, x.slug FROM catalog.listing l
		JOIN tenancy.store s USING (tenant_id, store_id) JOIN catalog.product_text x USING (tenant_id, product_id)
		WHERE s.code = ? AND x.locale = ? AND l.stock <> 'in' ORDER BY 1, 2`, who.store, language);
	for (const m of made) await open(`${who.base}/p/${m.slug}`, `product-${m.stock}`);
	const word = (await page.locator('h1').innerText()).split(/\s+/).find(w => w.length > 4);
	await open(`${who.base}/search?q=${encodeURIComponent(word)}`, 'search');
	await open(`${who.base}/search?q=${encodeURIComponent(`${word.slice(0, 2)}x${word.slice(2)}`)}`, 'search-misspelt');
	await open(`${who.base}/search?q=qwxzjv`, 'search-nothing');
	await open(`${who.base}/search`, 'search-empty');
	await open(tag, 'tag');
	await open(`${who.base}/no-such-page`, 'missing', 404);
	await open(`${who.base}/cart`, 'cart-empty');

	// The way in: what strangers see of accounts.
	for (const [where, kind] of [['/login', 'login'], ['/login/register', 'register'], ['/login/register/sent', 'register-sent'],
		['/login/reset', 'reset'], ['/login/reset/sent', 'reset-sent'], ['/login/undo/done', 'undone']])
		await open(`${who.base}${where}`, kind);
	await open(`${who.base}/login/reset/${'A'.repeat(43)}`, 'link-gone', 410);
	for (const [where, kind] of [['/login', 'login'], ['/login/register', 'register'], ['/login/reset', 'reset']]) {
		await page.goto(`${origin}${who.base}${where}`, { waitUntil: 'load' });
		await mouse(page).press(page.locator('main form .form-end button'));
		await look(`${kind}-wrong`, 422);
	}

	// The purchase, with a mistake at each step.
	const o = { shop, page, hand: mouse(page), t: { ok() {}, is() {}, like() {} }, who };
	await page.goto(`${origin}${products[0]}`, { waitUntil: 'load' });
	await page.locator('#f-quantity').evaluate(e => { e.form.noValidate = true; e.value = '0'; });
	await o.hand.press(page.locator('#buy button.buy'));
	await look('product-wrong', 422);
	await fillCart(o);
	await look('cart');
	await page.locator('#f-coupon').fill('NO-SUCH-CODE');
	await o.hand.press(page.locator('form[action$="/cart/coupon"] button'));
	await look('cart-wrong', 422);
	await checkout(o, { seen: async step => {
		await look(`checkout-${step}`);
		if (!['contact', 'verify', 'address', 'review'].includes(step)) return;
		const empty = page.locator(step === 'review' ? '#f-terms' : `main form input:is([type=text],[type=email],.code):visible`);
		for (const e of (await empty.all()).reverse()) await (step === 'review' ? e.uncheck() : e.fill(''));
		await o.hand.press(page.locator('main form .form-end button').first());
		await look(`checkout-${step}-wrong`, 422);
	} });
	await place(o);
	await look('order');
	await page.goto(page.url(), { waitUntil: 'load' });
	await look('order-later');

	// Mails and the pages that the web server keeps for bad days, shown where the shop's style is.
	await shop.mail(m => m.to.includes(who.email) && /1\d{3}/.test(m.subject));
	const still = (await shop.mails()).filter(m => m.to.includes(who.email) && m.html).map((m, n) => [`mail-${n + 1}`, m.html]);
	for (const e of readdirSync(path.join(top, 'htdocs/error'))) still.push([`error-${e}`, readFileSync(path.join(top, 'htdocs/error', e), 'utf8')]);
	t.ok(still.length > 3, `${name}: mails and error pages are there to be looked at`);
	for (const [kind, html] of still) {
		if (kind.startsWith('error') && language !== 'en') continue;
		await page.route('**/shown-here', r => r.fulfill({ contentType: 'text/html; charset=utf-8', body: html }));
		last = { status: 200 };
		await open('/shown-here', kind);
		await page.unroute('**/shown-here');
		keep(kind, html);
	}

	// Everything that any of these pages leads to.
	const broken = [];
	let asked = 0;
	links.delete(`${origin}/shown-here`);
	for (const [url, from] of links) {
		const where = url.slice(origin.length) || '/';
		const html = !/\.(?:webp|css|js|svg|png|pdf)(?:\?|$)/.test(where);
		if (html && (where.includes('?') || ++asked > PAGES_MAX)) continue;
		let r = await get(shop, who, where, html ? 'GET' : 'HEAD');
		// A slug of another language leads on to its own.
		if (r.status === 301) r = await get(shop, who, new URL(r.location, origin).pathname);
		if (r.status !== 200 && !(r.status === 303 || (r.status === 302 && /cart/.test(r.location)))) broken.push(`${where} answers ${r.status} (link on ${from})`);
		if (html && r.status === 200 && r.type.startsWith('text/html')) {
			keep(`link-${where}`, r.body);
			for (const [, href] of String(r.body).matchAll(/\bhref="(\/[^"#]*)/g)) {
				const next = `${origin}${href.replace(/&amp;/g, '&')}`;
				if (!links.has(next)) links.set(next, where);
			}
		}
	}
	t.ok(links.size > 40, `${name}: ${links.size} addresses found, ${asked} pages of them`);
	const none = (list, what) => t.ok(list.length === 0, `${name}: ${what}`, [...new Set(list)].slice(0, 40).join('\n'));
	none(broken, 'no link leads nowhere');
	none(access, 'axe finds nothing');
	none(wide, 'nothing sticks out sideways at 320, 390 and 1280 px');
	none(pictures, 'every picture decodes');
	none(english, 'no word is left in English');
	none([...trouble, ...page.trouble], 'the browser has nothing to complain about');
	none(validate([...new Set(files)]).filter(m => !/inputmode. attribute is not supported in all/.test(m)), `the checker has nothing to say about ${files.length} documents`);
	await page.context().close();
}
