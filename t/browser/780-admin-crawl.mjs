// Promise: every page of the console is accessible, valid, whole and in its language, at a desk and on a phone, as it
// opens and as its forms come back when they are sent empty.  The pages are those of the programs' own route tables.
//
// SUTLER_TEST_SHARED (.ci/run) opens the pages in English alone: the checker reads the other languages all the same.
// SUTLER_TEST_ONLY=PATTERN looks at the routes alone that it matches ("GET /admin/catalog"), for work on their pages.
import { mkdirSync, writeFileSync, readFileSync } from 'node:fs';
import { request, Agent } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { house, browser, tap, end, axe, fits, validate } from '../lib/browser/browser.mjs';
import { sentences, words } from '../lib/browser/crawl.mjs';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const LANGUAGES = ['en', 'es', 'id'];
const OPENED = process.env.SUTLER_TEST_SHARED ? ['en'] : LANGUAGES;
// Tabs at a time: the machine's cores are busy with two.
const TABS = 2;
// What a translation can break: texts that name things.  All else is the same in each language, colours above all,
// whose contrast takes most of the time.
const NAMES = ['document-title', 'html-has-lang', 'html-lang-valid', 'valid-lang', 'button-name', 'link-name', 'label', 'select-name', 'image-alt',
	'input-button-name', 'summary-name', 'aria-input-field-name', 'aria-valid-attr-value', 'duplicate-id-aria', 'empty-heading', 'empty-table-header', 'landmark-unique',
	'table-duplicate-name', 'label-title-only', 'nested-interactive'];
// A document is a file that is made after payment: this is the page of one that is not there.
const STATUS = {
	'GET /admin/orders/{id:id}/documents/{document:id}': 404,
};
// What the demo's merchant calls things, in his own words.
const OWN_WORDS = ['Export', 'contact', 'Size'];
// It sends itself on at once, in the language that an attempt to sign in began in; this one belongs to none.
const GOES_ON = ['/admin/login/provider/back'];
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

const t = tap();
const shop = await house();
const b = await browser(shop);
const dir = path.join(top, 'var/test/pages');
mkdirSync(dir, { recursive: true });

// One request as a browser at the console sends it.
function ask({ host, cookies = {} }, method, where, { type, body } = {}) {
	return new Promise((resolve, reject) => {
		const headers = { Host: `${host}:${shop.port}`, Cookie: Object.entries(cookies).map(([k, v]) => `${k}=${v}`).join('; '), 'Sec-Fetch-Site': 'same-origin' };
		if (body !== undefined) Object.assign(headers, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
		const r = request({ host: '127.0.0.1', port: shop.port, path: where, method, agent, headers }, a => {
			const parts = [];
			a.on('data', d => parts.push(d)).on('error', reject)
				.on('end', () => resolve({ status: a.statusCode, headers: a.headers, type: (a.headers['content-type'] ?? '').split(';')[0], body: Buffer.concat(parts) }));
		});
		r.on('error', reject);
		r.end(body);
	});
}

const files = [], found = { access: [], wide: [], english: [], trouble: [], answers: [] }, counts = { pages: 0, files: {}, forms: 0, back: 0 };
const known = Object.fromEntries(LANGUAGES.map(l => [l, sentences(l)]));
const keep = (kind, body) => {
	const file = path.join(dir, `780-${kind.replace(/[^\w.-]+/g, '_')}.html`);
	writeFileSync(file, body);
	files.push(file);
};
const note = (list, kind, what) => {
	for (const w of what) {
		t.note(`${list}: ${kind}: ${w}`);
		found[list].push(`${kind}: ${w}`);
	}
};

// A tab shows a document that was asked for already, with all its headers; a page that would look again by itself stays.
async function tab() {
	const page = await b.page('admin.suelas.localhost', '/en/admin/login', {});
	let shown;
	await page.context().route(u => u.href === shown?.url, r => r.fulfill({ status: shown.answer.status,
		headers: Object.fromEntries(Object.entries(shown.answer.headers).filter(([k]) => !/^(?:content-length|connection|transfer-encoding|content-encoding)$/.test(k))),
		body: String(shown.answer.body).replace(/<meta http-equiv="refresh"[^>]*>/, '') }));
	page.show = async (ask, where, answer) => {
		shown = { url: shop.url(ask.host, where), answer };
		await page.context().clearCookies();
		await page.context().addCookies(Object.entries(ask.cookies ?? {}).map(([name, value]) => ({ name, value, url: shop.url(ask.host, '/') })));
		await page.goto(shown.url, { waitUntil: 'load' });
	};
	return page;
}

// Does the page fit, may everybody use it, does it speak LANGUAGE?  Frame and head are the same in all languages.
async function look(page, kind, language, { whole }) {
	counts.pages++;
	await page.setViewportSize({ width: 1280, height: 900 });
	note('access', kind, await axe(page, whole ? {} : { runOnly: { type: 'rule', values: NAMES } }));
	// What fits the narrowest fits the wider ones below the style sheet's first step.
	for (const width of [1280, 320]) {
		await page.setViewportSize({ width, height: 844 });
		if (!await fits(page)) note('wide', kind, [`at ${width} px`]);
	}
	const lang = await page.evaluate(() => document.documentElement.lang.split('-')[0]);
	if (lang !== language) note('english', kind, [`speaks ${lang}`]);
	if (language !== 'en')
		note('english', kind, (await words(page)).filter(w => known[language].has(w) && !OWN_WORDS.includes(w)));
	// That a document is one to be refused the browser says itself.
	note('trouble', kind, page.trouble.splice(0).filter(x => !/status of (?:404|422) .*\/admin\//.test(x)));
}

// What a form of the page sends when its fields are empty; what is hidden or chosen, and the button, stay.
const forms = page => page.evaluate(() => [...document.querySelectorAll('main form')].filter(f => f.method === 'post').map(f => {
	const send = [];
	for (const e of f.elements) {
		if (!e.name || e.disabled || e.type === 'radio' || e.type === 'checkbox') continue;
		if (e.tagName === 'BUTTON') { if (!send.button) { send.button = true; send.push([e.name, e.value]); } }
		else if (e.type !== 'file') send.push([e.name, e.type === 'hidden' || e.tagName === 'SELECT' ? e.value : '']);
	}
	const to = new URL(f.action);
	return { path: to.pathname + to.search, multipart: f.enctype === 'multipart/form-data', send };
}));
function body({ multipart, send }) {
	if (!multipart) return { type: 'application/x-www-form-urlencoded', body: String(new URLSearchParams(send)) };
	const cut = 'x'.repeat(20);
	return { type: `multipart/form-data; boundary=${cut}`,
		body: send.map(([k, v]) => `--${cut}\r\nContent-Disposition: form-data; name="${k}"\r\n\r\n${v}\r\n`).join('') + `--${cut}--\r\n` };
}

const only = process.env.SUTLER_TEST_ONLY, all = (await shop.routes('admin-')).filter(r => r.method === 'GET');
const routes = all.filter(r => !only || `${r.method} ${r.path}`.match(only));
t.ok(only || routes.length > 90, `the programs of the console have ${routes.length} pages`);
t.is(routes.filter(r => !r.known).map(r => r.name).join('\n'), '', 'each has its line in t/lib/Requests.pm, with the id of something that is there');

const tabs = await Promise.all(Array.from({ length: TABS }, tab));
const times = [Date.now()];
const inTabs = async (list, work) => {
	const left = [...list];
	await Promise.all(tabs.map(async page => { while (left.length) await work(page, left.shift()); }));
};

// First all are asked for: nothing has changed then.
const seen = [];
for (const route of routes.filter(r => r.known)) {
	const made = await shop.request(route), name = `${route.method} ${route.path}`, want = STATUS[name] ?? 200;
	for (const language of LANGUAGES) {
		// The language that the console speaks first has no name in its addresses.
		let at = `/${language}${made.path}`, answer = await ask(made, 'GET', at);
		if ([301, 308].includes(answer.status)) {
			const to = new URL(answer.headers.location, shop.url(made.host));
			answer = await ask(made, 'GET', at = to.pathname + to.search);
		}
		if (answer.status !== want) {
			note('answers', `${language} ${name}`, [`${at} answers ${answer.status}, not ${want}`]);
			continue;
		}
		if (answer.type !== 'text/html') {
			counts.files[answer.type] = (counts.files[answer.type] ?? 0) + 1;
			break;
		}
		keep(`${language}-${route.path}`, answer.body);
		seen.push({ made, at, answer, language, path: route.path, kind: `${language} ${name}` });
	}
}
times.push(Date.now());
t.note(`${seen.length} pages asked for in ${times[1] - times[0]} ms`);
await inTabs(seen.filter(x => OPENED.includes(x.language) && !GOES_ON.includes(x.path)), async (page, { made, at, answer, language, kind }) => {
	await page.show(made, at, answer);
	await look(page, kind, language, { whole: language === 'en' });
});
times.push(Date.now());

// Once more for the forms, which may change what the others show.
await inTabs(routes.filter(r => r.known && !GOES_ON.includes(r.path)), async (page, route) => {
	const made = await shop.request(route), name = route.path, where = `/en${made.path}`;
	const answer = await ask(made, 'GET', where);
	if (answer.status !== 200 || answer.type !== 'text/html') return;
	if (!/<form[^>]*method="post"/.test(String(answer.body).replace(/^[^]*<main/, ''))) return;
	await page.show(made, where, answer);
	let n = 0;
	for (const form of await forms(page)) {
		const back = await ask(made, 'POST', form.path, body(form));
		counts.forms++;
		if (back.status !== 422) {
			if (back.status >= 400 && ![403, 404, 409].includes(back.status)) note('answers', `empty form of ${name}`, [`${form.path} answers ${back.status}`]);
			continue;
		}
		counts.back++;
		keep(`empty-${name}-${++n}`, back.body);
		await page.show(made, form.path, back);
		await look(page, `empty form of ${name} (${form.path})`, 'en', { whole: true });
	}
});
times.push(Date.now());

const none = (list, what) => t.ok(found[list].length === 0, what, [...new Set(found[list])].slice(0, 60).join('\n'));
t.note(`${counts.pages} pages looked at in ${OPENED.join(', ')}; ${counts.forms} forms sent empty, ${counts.back} come back with what is wrong`);
t.note(`no pages but files: ${Object.entries(counts.files).map(([k, v]) => `${v} ${k}`).join(', ')}`);
none('answers', 'every page opens');
none('access', `axe finds nothing on ${counts.pages} pages`);
none('wide', 'nothing sticks out sideways at 320 and 1280 px');
none('english', 'every page speaks its language');
none('trouble', 'the browser has nothing to complain about');
t.ok(only || counts.back > 60, `${counts.back} forms come back`);
const wrong = validate([...new Set(files)]).filter(m => !/inputmode. attribute is not supported in all/.test(m));
t.ok(!wrong.length, `the checker has nothing to say about ${new Set(files).size} documents`, wrong.slice(0, 60).join('\n'));
times.push(Date.now());
t.note(`pages ${times[2] - times[0]} ms, forms ${times[3] - times[2]} ms, checker ${times[4] - times[3]} ms`);
await end(t, b, shop);
