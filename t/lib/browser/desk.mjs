// desk.mjs -- an owner at the console of the demo's merchant, for the tests in t/browser.
//
//	const d = await desk(shop, b, t, '750-customers');
//	const { page, go, look } = await d.enter('phone', '/id', { width: 390, dark: true });
//	await go('/admin/customers');
//	await look('list');	// accessible, fits; a picture, and a page for validate(d.pages)
//
// Row by row, a session for each browser: 700-admin walks through the sign-in, by joins().
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { axe, fits, shot, savePage } from './browser.mjs';

const HOST = 'admin.suelas.localhost';

// look(what) for a page that somebody sees: accessible, fits; a picture, and a page for validate(pages), which one
// that is shown only once (ONCE) cannot be asked for again.
export const looker = (t, page, test, name, pages) => async (what, once = false) => {
	t.is((await axe(page)).join('\n'), '', `${name}: ${what} is accessible`);
	t.ok(await fits(page), `${name}: ${what} fits`);
	await shot(page, `${test}-${name}-${what}`);
	if (once)
		return;
	const cookies = (await page.context().cookies(page.url())).map(c => `${c.name}=${c.value}`).join('; ');
	pages.push(await savePage(page.url(), `${test}-${name}-${what}`, { Cookie: cookies }));
};

// What an authenticator shows for a secret.
export const code = secret => execFileSync('oathtool', ['--totp', '-b', secret.replace(/\s/g, '')]).toString().trim();

// From the page of an invitation to the first page of the console, by keyboard: a password, a second factor.
// Pages on the way are looked at; the secret of the factor.
export async function joins(page, look = async () => {}) {
	const type = async (id, text) => { await page.locator(id).focus(); await page.keyboard.type(text); };
	const send = () => page.keyboard.press('Enter');
	await look('join');
	await type('#f-password', 'eleven kittens in a row');
	await send();
	await page.locator('.secret').waitFor();
	await look('setup');
	const secret = await page.locator('.secret').innerText();
	await type('#f-code', code(secret));
	await send();
	await page.locator('.codes').waitFor();
	await look('codes', true);
	await page.locator('a.btn.main').focus();
	await send();
	await page.waitForURL(u => /\/admin$/.test(u.pathname));
	return secret;
}

export async function desk(shop, b, t, test) {
	const pages = [];
	const one = async (sql, ...values) => Object.values((await shop.sql(sql, ...values))[0])[0];
	const tenant = await one('SELECT tenant_id FROM tenancy.tenant WHERE slug = ?', 'toty');
	await shop.sql('SELECT set_config(\'sutler.tenant\', ?, false)', tenant);
	const staff = await one('SELECT sutler.uuid7()');
	await shop.sql('INSERT INTO staff.person (tenant_id, staff_id, email, name, locale, state) VALUES (?, ?, \'desk@example.test\', \'Ana Ruiz\', \'en\', \'active\')', tenant, staff);
	await shop.sql('INSERT INTO staff.assignment (tenant_id, staff_id, role_id) VALUES (?, ?, staff.owner_role(?))', tenant, staff, tenant);

	async function enter(name, base, options) {
		const token = randomBytes(32).toString('base64url');
		await shop.sql(`INSERT INTO staff.session (tenant_id, session_id, token_sha256, staff_id, expires_at)
			VALUES (?, sutler.uuid7(), decode(?, 'hex'), ?, sutler.now() + interval '1 hour')`, tenant, createHash('sha256').update(token).digest('hex'), staff);
		const page = await b.page(HOST, '/en/admin/login', options);
		await page.context().addCookies([{ name: 'staff', value: token, url: shop.url(HOST, '/') }]);
		const go = path => page.goto(shop.url(HOST, `${base}${path}`));
		return { page, name, go, look: looker(t, page, test, name, pages) };
	}
	return { tenant, staff, one, enter, pages };
}
