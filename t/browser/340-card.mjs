// Promise: a shopper pays by card on the gateway's own page, on a phone and at a desk, with scripts and
// without: a declined card leads back to an order that is kept, another card pays it, and mail and
// invoice follow; when the gateway is away the order's page says so and leads on.
import { house, browser, tap, end, axe, fits, shot } from '../lib/browser/browser.mjs';
import { people, mouse, findProduct, addToCart, checkout } from '../lib/browser/shopper.mjs';

const t = tap();
const shop = await house({ gateway: 1 });
const b = await browser(shop);
for (const store of ['suelas', 'velora', 'langkah']) await shop.account(store);

const says = {
	es: { notPaid: /La tarjeta fue rechazada y no se ha cobrado nada/, checking: /Estamos comprobando su pago/, paid: /Pagado/, away: /no se ha podido abrir la página de pago/ },
	en: { notPaid: /The card was declined and nothing was charged/, checking: /We are asking for your payment/, paid: /Paid/, away: /could not be reached just now/ },
	id: { notPaid: /Kartu ditolak dan tidak ada dana yang ditagih/, checking: /Kami sedang memeriksa pembayaran/, paid: /Lunas|Dibayar/, away: /belum dapat dihubungi/ },
};
const visits = [
	['suelas-es', 'es', { js: false, width: 390 }],
	['suelas-en', 'en', { width: 1280, dark: true }],
	['velora', 'en', { js: false, width: 1280 }],
	['langkah', 'id', { width: 390, dark: true }],
];

// A page that must be good in every way; its picture is kept.  The one that waits for the money comes anew every few seconds,
// perhaps while it is looked at or left: then once more.
const settled = async look => {
	for (let n = 1; ; n++)
		try { return await look(); } catch (e) { if (n === 5 || !/context was destroyed|interrupted by another navigation/.test(e.message)) throw e; }
};
async function look(page, name, step) {
	t.is((await settled(() => axe(page))).join('\n'), '', `${name}: ${step} has no accessibility violation`);
	if (!page.twin) t.ok(await settled(() => fits(page)), `${name}: nothing of ${step} sticks out`);
	await shot(page, `card-${name}-${step}`);
}
const main = page => page.locator('main').innerText();
const poll = async (what, good) => {
	for (const stop = Date.now() + 15000; Date.now() < stop;) {
		const got = await what();
		if (good(got)) return got;
	}
	return undefined;
};

for (const [who_, language, options] of visits) {
	const who = { ...people[who_], name: who_, pay: 'card' };
	const page = await b.page(who.store, `${who.base}/`, options);
	const hand = mouse(page), o = { shop, page, hand, t, who };
	await findProduct(o);
	await addToCart(o);
	await checkout(o, { seen: async step => { if (step === 'payment') await look(page, who.name, 'payment'); } });
	const terms = page.locator('#f-terms');
	if (await terms.count()) await hand.check(terms);
	await hand.press(page.locator('form[action$="/checkout/order"] button.buy'));
	t.ok(page.url().startsWith(`${shop.gateway}/c/pay/`), `${who.name}: the last button leads to the gateway's page`, page.url());
	const [order] = await shop.sql('SELECT o.order_id, o.number FROM sales."order" o JOIN sales.contact c USING (tenant_id, contact_id) WHERE c.email = ? ORDER BY o.order_id DESC LIMIT 1', who.email);
	const hosted = page.url();

	// A declined card, and back to the shop.
	await page.locator('#email').fill(who.email);
	await page.locator('#card').fill('4000 0000 0000 0002');
	await hand.press(page.locator('form button').first());
	t.ok(page.url().startsWith(hosted), `${who.name}: a declined card stays on the gateway's page`);
	t.ok(await poll(async () => (await shop.sql('SELECT code FROM payment.intent WHERE order_id = ?', order.order_id))[0].code, code => code !== ''), `${who.name}: the shop hears of it`);
	await hand.follow(page.locator('a').last());
	t.like(new URL(page.url()).pathname, /\/order\/[\w-]{43}$/, `${who.name}: the way back leads to the order`);
	t.like(await main(page), says[language].notPaid, `${who.name}: which says that the card was declined`);
	await look(page, who.name, 'declined');

	// A return that was not paid.
	const own = page.url();
	await page.goto(`${own}/paid`, { waitUntil: 'load' });
	t.like(await main(page), says[language].checking, `${who.name}: T16 a return that was not paid is asked about`);
	await look(page, who.name, 'checking');
	await settled(() => page.goto(own, { waitUntil: 'load' }));

	// Once more, with another card.
	await hand.press(page.locator('form[action$="/pay"] button'));
	t.is(page.url().replace(/[?#].*/, ''), hosted.replace(/[?#].*/, ''), `${who.name}: Pay now leads to the same page at the gateway`);
	await page.locator('#email').fill(who.email);
	await page.locator('#card').fill('4242424242424242');
	await hand.press(page.locator('form button').first());
	await page.waitForURL(/\/order\/[\w-]{43}$/);
	t.like(await main(page), says[language].paid, `${who.name}: the order is paid when the buyer comes back`);
	t.is(await page.locator('form[action$="/pay"]').count(), 0, `${who.name}: nothing is left to pay`);
	await look(page, who.name, 'paid');
	t.is(page.trouble.filter(line => !line.includes(shop.gateway)).join('\n'), '', `${who.name}: the browser has nothing to complain about`);

	t.ok(await shop.mail(m => m.to.includes(who.email) && m.subject.includes(order.number) && m.subject !== '' && /pago|payment|pembayaran/i.test(m.subject)),
		`${who.name}: a mail says that the money came`);
	await shop.job('issue-invoices');
	await page.goto(page.url(), { waitUntil: 'load' });
	t.is(await page.locator('a[href$="/invoice.pdf"]').count(), 1, `${who.name}: the invoice is there`);
	await page.context().close();
}

// The gateway is a black hole: five seconds, then the order with a way on.
for (const [who_, language, options] of visits) {
	const who = { ...people[who_], name: who_, pay: 'card', email: `away.${people[who_].email}` };
	const page = await b.page(who.store, `${who.base}/`, options);
	const hand = mouse(page), o = { shop, page, hand, t, who };
	await findProduct(o);
	await addToCart(o);
	await checkout(o);
	const terms = page.locator('#f-terms');
	if (await terms.count()) await hand.check(terms);
	await shop.gatewayDo('behave', { path: 'POST /v1/checkout/sessions', as: 'hang' });
	const began = Date.now();
	await hand.press(page.locator('form[action$="/checkout/order"] button.buy'));
	const seconds = (Date.now() - began) / 1000;
	t.ok(seconds < 7, `${who.name}: P15 the answer comes after ${seconds.toFixed(1)} s`);
	t.like(await main(page), says[language].away, `${who.name}: and says that the payment page could not be reached`);
	await look(page, who.name, 'away');
	await shop.gatewayDo('clear');
	await hand.press(page.locator('form[action$="/method"] button').first());
	t.is(await page.locator('form[action$="/pay"]').count(), 0, `${who.name}: another way to pay is taken`);
	await page.context().close();
}
await end(t, b, shop);
