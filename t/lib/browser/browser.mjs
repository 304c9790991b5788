// browser.mjs -- Chromium for the tests in t/browser.
//
//	import { house, browser, tap, axe, shot, savePage, validate, lighthouse } from '../lib/browser/browser.mjs';
//	const t = tap();
//	const shop = await house();
//	const b = await browser(shop);
//	const page = await b.page('suelas', '/', { js: false, width: 390, dark: true });
//	t.is((await axe(page)).join('\n'), '', 'home has no accessibility violation');
//	await end(t, b, shop);
//
// Pages answer at STORE.localhost, which Chromium resolves to this machine itself.
// Pictures go to var/shots, pages to be validated to var/test/pages.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const need = createRequire(path.join(top, 't/browser/package.json'));
const { chromium } = need('playwright-core');
export const shots = path.join(top, 'var/shots');
const PATIENCE_MS = 90000;
export const WIDTHS = { phone: 390, desktop: 1280 };

// TAP, as prove reads it.
export function tap() {
	let count = 0, failed = 0;
	const line = (yes, name, detail) => {
		console.log(`${yes ? 'ok' : 'not ok'} ${++count} - ${name}`);
		if (!yes) {
			failed++;
			if (detail) console.error(String(detail).split('\n').map(s => `#   ${s}`).join('\n'));
		}
		return yes;
	};
	return {
		ok: (yes, name, detail) => line(!!yes, name, detail),
		is: (got, want, name) => line(got === want, name, `got:    ${JSON.stringify(got)}\nwanted: ${JSON.stringify(want)}`),
		like: (got, re, name) => line(re.test(got), name, `got:    ${String(got).slice(0, 400)}\nwanted: ${re}`),
		note: text => console.log(`# ${text}`),
		done: () => { console.log(`1..${count}`); process.exitCode = failed || !count ? 1 : 0; },
	};
}

// The house of one test file (t/lib/serve).  Named values become options of Shop->start.
export async function house(options = {}) {
	const args = Object.entries(options).map(([k, v]) => `--${k}=${v}`);
	const child = spawn(path.join(top, 't/lib/serve'), args, { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const read = async () => {
		const { value, done } = await lines.next();
		if (done) throw new Error('the house ended');
		return JSON.parse(value);
	};
	const { port, scheme, mailbox, gateway } = await read();
	let last = Promise.resolve();
	const ask = q => last = last.catch(() => {}).then(async () => {
		child.stdin.write(JSON.stringify(q) + '\n');
		const a = await read();
		if (a.error) throw new Error(a.error);
		return a;
	});
	return {
		port, scheme, mailbox, gateway,
		url: (store, where = '/') => `${scheme}://${store.includes('.') ? store : `${store}.localhost`}:${port}${where}`,
		sql: async (sql, ...bind) => (await ask({ sql, bind })).rows,
		change: async (change, ...bind) => (await ask({ change, bind })).count,
		job: async (job, ...args) => (await ask({ job, args })).output,
		// What sutlerctl prints.
		ctl: async (...ctl) => (await ask({ ctl })).output,
		// The store's account at the stand-in of the gateway (house({ gateway: 1 })).
		account: async account => ask({ account }),
		// What the stand-in shall do: see t/lib/stripe-stand-in.
		gatewayDo: async (what, form = {}) => (await fetch(`${gateway}/_control/${what}`, { method: 'POST', body: new URLSearchParams(form) })).json(),
		// The routes of the programs whose names begin so, and a request of one of them (t/lib/Requests.pm).
		routes: async routes => (await ask({ routes })).routes,
		request: async ({ method, path }) => (await ask({ request: { method, path } })).request,
		mails: async () => (await ask({ mails: true })).mails,
		// The first mail for which the function holds; the job deliver runs while we wait.
		async mail(wanted, limit_ms = 20000) {
			for (const end = Date.now() + limit_ms; ;) {
				const found = (await this.mails()).find(wanted);
				if (found || Date.now() > end) return found;
				await this.job('deliver', '--once');
			}
		},
		end: () => new Promise(done => { child.on('exit', done); child.stdin.end(); }),
	};
}

function freePort() {
	return new Promise((resolve, reject) => {
		const s = createServer();
		s.on('error', reject);
		s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)); });
	});
}

// One Chromium; each page() is a visitor of its own unless it is given a context.
export async function browser(shop) {
	const debugging = await freePort();
	const instance = await chromium.launch({
		timeout: 2 * PATIENCE_MS,
		executablePath: process.env.CHROMIUM || '/usr/bin/chromium-headless-shell',
		// Chromium's own sandbox refuses to run as root.
		chromiumSandbox: process.getuid() !== 0,
		args: [`--remote-debugging-port=${debugging}`, '--host-resolver-rules=MAP *.localhost 127.0.0.1',
			'--font-render-hinting=none', '--disable-dev-shm-usage'],
	});
	const context = async ({ js = true, width = WIDTHS.desktop, dark = false, locale = 'en-GB' } = {}) => {
		const made = await instance.newContext({
			javaScriptEnabled: js, viewport: { width, height: width < 600 ? 844 : 900 },
			isMobile: width < 600, hasTouch: width < 600, deviceScaleFactor: 1, locale,
			colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', ignoreHTTPSErrors: true,
		});
		// A page that never comes fails its test; one that is slow because four others are drawn beside it must not.
		made.setDefaultTimeout(PATIENCE_MS);
		return made;
	};
	return {
		instance, debugging, context,
		// A page that has loaded.  What it logs as an error, and what it could not load,
		// gathers in page.trouble.
		async page(store, where, options = {}) {
			const page = await (options.context ?? await context(options)).newPage();
			page.trouble = [];
			if (options.js === false) page.twin = async () => {
				const other = await context({ ...options, js: true });
				await other.addCookies(await page.context().cookies());
				const copy = await other.newPage(), body = await page.content();
				await other.route('**/*', r => r.request().resourceType() === 'script' ? r.abort() : r.fallback());
				await other.route(page.url(), r => r.fulfill({ contentType: 'text/html; charset=utf-8', body }));
				await copy.goto(page.url(), { waitUntil: 'load' });
				return copy;
			};
			page.on('pageerror', e => page.trouble.push(`script: ${e.message}`));
			page.on('console', m => { if (m.type() === 'error') page.trouble.push(`console: ${m.text()} ${m.location().url}`); });
			// What the browser itself gave up on leaving a page (an icon still under way) is no trouble.
			page.on('requestfailed', r => {
				if (r.failure()?.errorText !== 'net::ERR_ABORTED')
					page.trouble.push(`load: ${r.url()} ${r.failure()?.errorText}`);
			});
			await page.goto(shop.url(store, where), { waitUntil: 'load' });
			return page;
		},
		end: () => instance.close(),
	};
}

// Violations of WCAG 2.2 A and AA and axe's best practices, one line each.
const axeSource = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
export async function axe(page, options = {}) {
	// Where scripts are off axe cannot run either: it looks at the same document in a twin.
	const looked = page.twin ? await page.twin() : page;
	// The half megabyte of it goes into each document once; of what it finds only the lines come back.
	if (!await looked.evaluate(() => 'axe' in globalThis)) await looked.evaluate(axeSource);
	const found = await looked.evaluate(async o => (await globalThis.axe.run(document, { resultTypes: ['violations'], ...o })).violations
		.flatMap(v => v.nodes.map(n => `${v.id} (${v.impact}): ${n.target.join(' ')}: ${v.help}`)), options);
	if (looked !== page) await looked.context().close();
	return found;
}

// A picture of the whole page: var/shots/NAME.png.
export async function shot(page, name) {
	// Nobody looks at the pictures of an automatic run.
	if (process.env.SUTLER_TEST_NO_PICTURES) return '';
	mkdirSync(shots, { recursive: true });
	const file = path.join(shots, `${name}.png`);
	await page.screenshot({ path: file, fullPage: true });
	return file;
}

// Does anything stick out sideways?  True for a page that needs no sideways scrolling.
export const fits = page => page.evaluate(() =>
	document.documentElement.scrollWidth <= document.documentElement.clientWidth);

// The HTML as the server sent it, kept for validate().
export async function savePage(url, name, headers = {}) {
	const dir = path.join(top, 'var/test/pages');
	mkdirSync(dir, { recursive: true });
	const { hostname, port, pathname, search } = new URL(url);
	const { request } = await import('node:http');
	const body = await new Promise((resolve, reject) => {
		request({ host: '127.0.0.1', port, path: pathname + search, headers: { Host: `${hostname}:${port}`, ...headers } }, r => {
			const parts = [];
			r.on('data', d => parts.push(d)).on('end', () => resolve(Buffer.concat(parts)));
		}).on('error', reject).end();
	});
	const file = path.join(dir, `${name.replace(/[^\w.-]+/g, '_')}.html`);
	writeFileSync(file, body);
	return file;
}

// Messages of the HTML checker about all files, in one Java call: "file:line: text".
export function validate(files) {
	const jar = need.resolve('vnu-jar/build/dist/vnu.jar');
	const { status, stderr, error } = spawnSync('java', ['-Xss4m', '-jar', jar, '--format', 'json', '--exit-zero-always', ...files],
		{ encoding: 'utf8', maxBuffer: 1 << 28 });
	if (error || status !== 0) throw new Error(`the HTML checker does not run: ${error ?? stderr}`);
	return JSON.parse(stderr).messages.map(m =>
		`${path.basename(m.url ?? '')}:${m.lastLine ?? 0}: ${m.subType ?? m.type}: ${m.message} ${m.extract ? JSON.stringify(m.extract) : ''}`);
}

// Scores of a page in percent, each the median of three runs.
// A phone of the middle: what Lighthouse's throttling.md calls "mid-tier mobile" is this index of its own benchmark, which its
// factor of 4 makes of a good desktop.  A slower machine is slowed down by so much less that the same phone is simulated.
const PHONE_INDEX = 437, SLOWDOWN_MAX = 4;
let machine;
const slowdown = () => Math.min(SLOWDOWN_MAX, Math.max(1, machine / PHONE_INDEX));
const PHONE = () => ({ throttling: { rttMs: 150, throughputKbps: 1638.4, requestLatencyMs: 562.5, downloadThroughputKbps: 1474.56, uploadThroughputKbps: 675,
	cpuSlowdownMultiplier: slowdown() } });
const DESK = { formFactor: 'desktop', screenEmulation: { mobile: false, width: 1350, height: 940, deviceScaleFactor: 1, disabled: false },
	throttling: { rttMs: 40, throughputKbps: 10240, cpuSlowdownMultiplier: 1, requestLatencyMs: 0, downloadThroughputKbps: 0, uploadThroughputKbps: 0 } };
export async function lighthouse(b, url, { runs = 3, phone = true, enough = 95 } = {}) {
	const { default: run } = await import(need.resolve('lighthouse'));
	const categories = ['performance', 'accessibility', 'best-practices', 'seo'];
	const scores = Object.fromEntries(categories.map(c => [c, []]));
	const failing = new Set();
	const once = (options, only) => run(url, { port: b.debugging, output: 'json', logLevel: 'silent', onlyCategories: only, ...options });
	machine ??= (await once({}, ['seo'])).lhr.environment.benchmarkIndex;
	let good = 0;
	// Two of three that are good make the median good: then the third need not run.
	for (let i = 0; i < runs && good <= runs / 2; i++) {
		const { lhr } = await once(phone ? PHONE() : DESK, categories);
		for (const c of categories) {
			scores[c].push(Math.round(lhr.categories[c].score * 100));
			for (const ref of lhr.categories[c].auditRefs) {
				const audit = lhr.audits[ref.id];
				if (ref.weight && audit.score !== null && audit.score < 0.9) failing.add(`${c}: ${audit.title}: ${audit.displayValue}`);
			}
		}
		if (categories.every(c => scores[c].at(-1) >= enough)) good++;
	}
	const median = list => list.sort((x, y) => x - y)[(list.length - 1) >> 1];
	return { scores: Object.fromEntries(categories.map(c => [c, median(scores[c])])), failing: [...failing, `index of this machine ${machine}`], machine };
}

// Ends everything a test started and prints the plan.
export async function end(t, ...things) {
	for (const thing of things) await thing.end();
	t.done();
}
