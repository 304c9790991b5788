// Promise: a shopper makes an account, proves the address by mail, finds the cart again on another
// device and leaves none behind, in each store's language, without scripts and by keyboard alone.
import { house, browser, tap, end, fits, axe } from '../lib/browser/browser.mjs';
import { people, mouse, keyboard, findProduct, addToCart } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house();
const b = await browser(shop);
const password = 'una frase bien larga';
const count = async page => Number((await page.locator('.cart-link .count').first().innerText().catch(() => '0')).match(/\d+/)?.[0] ?? 0);

// The way that all go, with one hand or another.
async function account({ page, hand, who, other }) {
	const looked = async kind => {
		t.ok(await fits(page), `${who.name}: ${kind} has nothing that sticks out`);
		t.is((await axe(page)).join('\n'), '', `${who.name}: ${kind} is accessible`);
	};
	await findProduct({ page, hand, t, who });
	await addToCart({ page, hand, t, who });
	const goods = await count(page);
	t.ok(goods > 0, `${who.name}: something is in the cart`);

	await hand.follow(page.locator('.me-link'));
	await looked('signing in');
	await hand.follow(page.locator('main a[href$="/login/register"]'));
	await looked('registering');
	await hand.fill(page.locator('#f-name'), 'Kim Lee');
	await hand.fill(page.locator('#f-email'), who.email);
	await hand.fill(page.locator('#f-password'), 'password');
	await hand.press(page.locator('main form .form-end button'));
	t.is(await page.locator('#f-email').inputValue(), who.email, `${who.name}: a bad password is declined, the rest is kept`);
	t.is(await page.locator('#f-password').getAttribute('aria-invalid'), 'true', `${who.name}: at its field`);
	await looked('registering, wrongly,');
	await hand.fill(page.locator('#f-password'), password);
	await hand.press(page.locator('main form .form-end button'));
	t.like(page.url(), /\/login\/register\/sent$/, `${who.name}: a mail is on its way`);
	await looked('what is said about it');

	const mail = await shop.mail(m => m.to.includes(who.email) && /\/login\/verify\//.test(m.text));
	t.ok(mail, `${who.name}: it comes`);
	const link = mail.text.match(/https?:\/\/\S*\/login\/verify\/\S+/)[0];
	t.like(link, new RegExp(`${who.base}/login/verify/`), `${who.name}: with a link in the language of the page`);
	await page.goto(link, { waitUntil: 'load' });
	await looked('the link');
	await hand.fill(page.locator('#f-password'), password);
	// The account's own pages are another program's.
	await hand.press(page.locator('main form .form-end button'));
	await page.goto(shop.url(who.store, `${who.base}/login/sessions`), { waitUntil: 'load' });
	t.is(await page.locator('main .panel').count(), 1, `${who.name}: signed in`);
	t.like(await page.locator('.me-link').innerText(), /Kim Lee/, `${who.name}: the frame greets by name`);
	t.is(await count(page), goods, `${who.name}: the cart came along`);
	await looked('the list of sessions');

	await other.goto(shop.url(who.store, `${who.base}/login?next=${encodeURIComponent(`${who.base}/cart`)}`), { waitUntil: 'load' });
	await other.locator('#f-email').fill(who.email.toUpperCase());
	await other.locator('#f-password').fill('not this one, no');
	await mouse(other).press(other.locator('main form .form-end button'));
	t.ok(await other.locator('#errors').isVisible(), `${who.name}: a wrong password is said`);
	await other.locator('#f-password').fill(password);
	await mouse(other).press(other.locator('main form .form-end button'));
	t.like(other.url(), /\/cart$/, `${who.name}: on another device back to where one wanted`);
	t.is(await count(other), goods, `${who.name}: the cart is there too`);

	await hand.press(page.locator('form[action$="/login/out"] button'));
	t.is(await count(page), 0, `${who.name}: signed out, the browser has an empty cart`);
	t.is(await page.locator('.me-link[href$="/login"]').count(), 1, `${who.name}: and is asked to sign in`);
	await other.reload({ waitUntil: 'load' });
	t.is(await count(other), goods, `${who.name}: the account has it still`);
}

let width = 1280;
for (const [n, name] of ['suelas-es', 'velora', 'langkah'].entries()) {
	const who = { ...people[name], name: `${name} without scripts`, email: `kim.${n}.${process.pid}@example.test` };
	width = width === 390 ? 1280 : 390;
	const page = await b.page(who.store, `${who.base}/`, { js: false, width });
	const other = await b.page(who.store, `${who.base}/`, { js: false, width: 390 });
	await account({ page, hand: mouse(page), who, other });
	await page.context().close();
	await other.context().close();
}
{
	const who = { ...people.velora, name: 'velora by keyboard', email: `kim.keys.${process.pid}@example.test` };
	const page = await b.page(who.store, `${who.base}/`, { width: 1280 });
	const other = await b.page(who.store, `${who.base}/`, { width: 390, dark: true });
	const hand = keyboard(page);
	await account({ page, hand, who, other });
	t.is([...new Set(hand.trouble)].join('\n'), '', `${who.name}: the focus is seen everywhere`);
	const odd = page.trouble.filter(x => !/status of (?:404|422)/.test(x));
	t.is(odd.join('\n'), '', `${who.name}: the browser has nothing to complain about`);
	await page.context().close();
	await other.context().close();
}
await end(t, b, shop);
