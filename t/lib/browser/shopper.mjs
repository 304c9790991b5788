// shopper.mjs -- a person who buys, with one of three hands.
//
//	const hand = mouse(page);		// or keyboard(page, t): Tab, arrows, Space and Enter alone
//	await buy({ shop, page, hand, t, who: people.velora });
//
// The mouse works with scripts and without them: it does what the page offers.  The
// keyboard looks after every key whether the focus can be seen and is not lost.

// Who buys where: store, language prefix, words to search with and the form's answers.
export const people = {
	'suelas-es': { store: 'suelas', base: '', email: 'ana.lopez@example.test', phone: '+34 600 112 233', coupon: 'BIENVENIDA10',
		address: { country: 'ES', name: 'Ana López Ferrándiz', street: 'Calle Mayor 1, 2.º B', postcode: '28013', city: 'Madrid', region: 'M' } },
	'suelas-en': { store: 'suelas', base: '/en', email: 'rui.costa@example.test', phone: '+351 912 345 678', coupon: 'BIENVENIDA10',
		address: { country: 'PT', name: 'Rui Costa', street: 'Rua Nova 2', postcode: '1100-053', city: 'Lisboa' } },
	velora: { store: 'velora', base: '', email: 'jane.doe@example.test', phone: '+44 20 7946 0000', coupon: 'WELCOME10',
		address: { country: 'GB', name: 'Jane Doe', street: '12 High Street', postcode: 'E1 6AN', city: 'London' } },
	langkah: { store: 'langkah', base: '', email: 'siti.aminah@example.test', phone: '+62 812 3456 7890', coupon: 'HALO10',
		address: { country: 'ID', name: 'Siti Aminah', street: 'Jalan Merdeka 5', more: 'RT 1 RW 2', postcode: '40115', city: 'Bandung', region: 'JB' } },
};

const LOADS = { waitUntil: 'load' };

// Does something that leads to another page, and waits for it.
async function leads(page, act) {
	await page.evaluate(() => { window.stale = true; }).catch(() => {});
	await act();
	await page.waitForFunction(() => !window.stale && document.readyState === 'complete', null, { polling: 30 })
		.catch(async e => { throw new Error(`no new page after ${page.url()}: ${e.message}`); });
}

export function mouse(page) {
	const away = page.twin
		// Without scripts nothing can be asked of the page: the browser says when it has loaded.
		? act => Promise.all([page.waitForEvent('load'), act()])
		: act => leads(page, act);
	return {
		follow: l => away(() => l.click()),
		press: l => away(() => l.click()),
		fill: (l, text) => l.fill(text),
		open: l => l.click(),
		// The label is what people click; the box itself may be invisible.
		check: l => l.check({ force: true }),
		choose: (l, value) => l.selectOption(value),
	};
}

// What a person with a keyboard sees of the focus: '' or what is wrong with it.
const focusSeen = page => page.evaluate(() => {
	const el = document.activeElement;
	if (!el || el === document.body || el === document.documentElement)
		return 'lost';
	const marked = e => {
		// A card's link marks the whole card.
		return e && [getComputedStyle(e), getComputedStyle(e, '::after')].some(s =>
			(s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none');
	};
	const name = `${el.tagName.toLowerCase()}${el.id ? `#${el.id}` : ''} "${(el.textContent || el.name || '').trim().slice(0, 30)}"`;
	if (![el, el.nextElementSibling, el.closest('label'), el.parentElement].some(marked))
		return `no mark on ${name}`;
	const shown = el.matches('input') && getComputedStyle(el).opacity === '0' ? el.closest('label') : el;
	const r = shown.getBoundingClientRect();
	if (r.width < 1 || r.height < 1)
		return `no room for ${name}`;
	return r.bottom <= 0 || r.top >= innerHeight || r.right <= 0 || r.left >= innerWidth ? `out of sight: ${name}` : '';
});

// trouble gathers what was wrong with the focus on the way.
export function keyboard(page) {
	const trouble = [];
	const at = l => l.evaluate(el => el === document.activeElement);
	const look = async where => {
		const wrong = await focusSeen(page);
		if (wrong) trouble.push(`${new URL(page.url()).pathname} ${where}: ${wrong}`);
	};
	// Tab until the element has the focus.  Once round the page the browser's own bar comes, which is no loss.
	const reach = async (l, group = false) => {
		const there = () => group
			? l.evaluate(el => { const a = document.activeElement; return a === el || (a?.type === 'radio' && a.name === el.name && a.form === el.form); })
			: at(l);
		for (let n = 0, rounds = 0; n < 400; n++) {
			if (await there()) return;
			await page.keyboard.press('Tab');
			if (await page.evaluate(() => document.activeElement === document.body)) {
				if (++rounds > 2) break;
				continue;
			}
			await look('on the way');
		}
		throw new Error(`not reached by Tab: ${l} on ${page.url()}`);
	};
	return {
		trouble,
		reach, look,
		follow: async l => { await reach(l); await leads(page, () => page.keyboard.press('Enter')); },
		press: async l => { await reach(l); await leads(page, () => page.keyboard.press('Enter')); },
		open: async l => { await reach(l); await page.keyboard.press('Enter'); },
		fill: async (l, text) => {
			await reach(l);
			await page.keyboard.press('Control+A');
			await page.keyboard.press('Delete');
			await page.keyboard.type(text);
		},
		check: async l => {
			const radio = await l.evaluate(el => el.type === 'radio');
			await reach(l, radio);
			for (let n = 0; radio && n < 60 && !await at(l); n++) {
				await page.keyboard.press('ArrowDown');
				await look('among choices');
			}
			if (!await l.isChecked()) await page.keyboard.press('Space');
		},
		choose: async (l, value) => {
			await reach(l);
			// Letters choose in a closed list, as people do.
			const label = await l.evaluate((el, v) => [...el.options].find(o => o.value === v).label, value);
			await page.keyboard.type(label);
			if (await l.inputValue() !== value) throw new Error(`"${label}" typed, ${await l.inputValue()} chosen`);
		},
	};
}

// From the home page to a product's page: a category by the menu, one filter, its first product.
export async function findProduct({ page, hand, t, who }) {
	const menu = page.locator('.menu nav > ul > li > a').first();
	if (!await menu.isVisible()) await hand.open(page.locator('.menu summary'));
	await hand.follow(menu);
	t.like(page.url(), /\/c\//, `${who.name}: the menu leads to a category`);
	const before = Number((await page.locator('.tools [role=status]').innerText()).replace(/\D/g, ''));
	if (!await page.locator('.filters form').isVisible()) await hand.open(page.locator('.filters > summary'));
	const facet = page.locator('.filters details.facet').first();
	const box = facet.locator('input[type=checkbox]').first();
	if (!await box.isVisible()) await hand.open(facet.locator('summary'));
	await hand.check(box);
	await hand.press(page.locator('.filters .apply button'));
	const after = Number((await page.locator('.tools [role=status]').innerText()).replace(/\D/g, ''));
	t.ok(after > 0 && after < before, `${who.name}: a filter leaves ${after} of ${before} products`);
	t.ok(await page.locator('.chips .chip').count() > 0, `${who.name}: and is shown as set`);
	await hand.follow(page.locator('.grid .card a').first());
	t.like(page.url(), /\/p\//, `${who.name}: a card leads to its product`);
}

// Chooses the first variant that can be had and adds it.
export async function addToCart({ page, hand, t, who }) {
	const free = page.locator('#buy input[name=variant]:not([disabled]):not([type=hidden])');
	if (await free.count()) await hand.check(free.first());
	await hand.fill(page.locator('#f-quantity'), '2');
	await hand.press(page.locator('#buy button.buy'));
	t.like(page.url(), /\/cart$/, `${who.name}: adding leads to the cart`);
	t.is(await page.locator('.lines > .line').count(), 1, `${who.name}: which holds it`);
}

const pathOf = page => new URL(page.url()).pathname;
const stepOf = page => pathOf(page).replace(/^.*\/(?:checkout\/)?/, '');

// Fills an address in: first the country, which decides what is asked for.
export async function address({ page, hand, who }) {
	const country = page.locator('#f-country');
	if (await country.inputValue() !== who.address.country) {
		// Asked before: where the choice itself asks for the next page, that one shows its button until its script runs.
		const change = page.locator('button[name=change_country]');
		const byButton = await change.isVisible();
		await hand.choose(country, who.address.country);
		if (byButton) await hand.press(change);
		else await page.waitForFunction(c => document.querySelector('#f-country')?.value === c
			&& document.readyState === 'complete' && document.querySelector(`#f-country option[value=${c}]`)?.defaultSelected,
		who.address.country);
	}
	for (const [name, value] of Object.entries(who.address)) {
		const field = page.locator(`main form #f-${name}`);
		if (name === 'country' || !await field.count()) continue;
		if (await field.evaluate(el => el.matches('select'))) await hand.choose(field, value);
		else await hand.fill(field, value);
	}
}

// The answers of one step; the page after it must be another one.
const steps = {
	async contact({ page, hand, who }) {
		if (await page.locator('#f-email').isEditable()) await hand.fill(page.locator('#f-email'), who.email);
		await hand.fill(page.locator('#f-phone'), who.phone);
	},
	async verify({ page, hand, shop, who }) {
		const mail = await shop.mail(m => m.to.includes(who.email) && /\b\d{6}\b/.test(m.text));
		if (!mail) throw new Error(`no code came to ${who.email}`);
		await hand.fill(page.locator('#f-code'), mail.text.match(/\b\d{6}\b/)[0]);
	},
	address,
	async delivery({ page, hand }) { await hand.check(page.locator('input[name=method]').first()); },
	async payment({ page, hand, who }) {
		const wanted = page.locator(`input[name=method][value=${who.pay ?? 'bank_transfer'}]`);
		await hand.check(await wanted.count() ? wanted : page.locator('input[name=method]').first());
	},
	async review({ page, hand, t, who }) {
		t.like(await page.locator('main').innerText(), new RegExp(who.address.city), `${who.name}: the review says where it goes`);
		const terms = page.locator('#f-terms');
		if (await terms.count()) await hand.check(terms);
	},
};

// From the cart to the review, or to the step named until; seen(step) is called on each page.
export async function checkout(o, { until = 'review', seen = async () => {} } = {}) {
	const { page, hand, t, who } = o;
	const passed = [];
	await hand.press(page.locator('form[action$="/checkout"] button'));
	for (let n = 0; n < 12; n++) {
		const step = stepOf(page);
		passed.push(step);
		await seen(step);
		if (step === until) return passed;
		if (!steps[step]) throw new Error(`the checkout leads to ${page.url()}: ${(await page.locator('main').innerText()).slice(0, 300)}`);
		await steps[step](o);
		await hand.press(page.locator('main form .form-end button').first());
		if (stepOf(page) === step)
			throw new Error(`${who.name}: ${step} stays: ${await page.locator('#errors, .wrong, .note').allInnerTexts()}`);
	}
	throw new Error('the checkout does not end');
}

// Ticks what must be ticked and places the order; the page is the order's then.
export async function place(o) {
	const { page, hand, t, who } = o;
	await steps.review(o);
	const total = await page.locator('.sum .total td').innerText();
	await hand.press(page.locator('form[action$="/checkout/order"] button.buy'));
	t.like(pathOf(page), /\/order\/[\w-]{20,}$/, `${who.name}: the order has its page`);
	t.is(await page.locator('.sum .total td').innerText(), total, `${who.name}: at the total of the review`);
	return (await page.locator('.done-head strong').first().innerText()).trim();
}

// The whole way; returns the order's number.
export async function buy(o) {
	const { page, hand, t, who, shop } = o;
	await findProduct(o);
	await addToCart(o);
	await hand.fill(page.locator('#f-coupon'), who.coupon);
	await hand.press(page.locator('form[action$="/cart/coupon"] button'));
	t.like(await page.locator('.sum').innerText(), new RegExp(who.coupon), `${who.name}: the coupon is taken`);
	const passed = await checkout(o);
	t.is(passed.includes('verify'), who.store === 'suelas', `${who.name}: a mailed code is asked where the store wants it`);
	const number = await place(o);
	const [order] = await shop.sql(`SELECT o.state FROM sales."order" o JOIN tenancy.store s USING (tenant_id, store_id)
		JOIN sales.contact c USING (tenant_id, contact_id) WHERE s.code = ? AND o.number = ? AND c.email = ?`,
	who.store, number, who.email);
	t.is(order?.state, 'open', `${who.name}: order ${number} is in the database`);
	const mail = await shop.mail(m => m.to.includes(who.email) && m.subject.includes(number));
	t.ok(mail, `${who.name}: its mail goes out`);
	return { number, mail };
}

// Puts something in the cart without its page: for tests about what comes after.
export async function fillCart({ shop, page, who }, quantity = 2) {
	const [goods] = await shop.sql(`SELECT p.variant_id FROM catalog.price p JOIN tenancy.store s USING (tenant_id, store_id)
		JOIN inventory.stock k USING (tenant_id, variant_id)
		WHERE s.code = ? AND p.currency = (SELECT currency FROM tenancy.store_currency c
			WHERE c.tenant_id = s.tenant_id AND c.store_id = s.store_id ORDER BY position LIMIT 1)
		ORDER BY k.on_hand - k.held DESC, p.variant_id LIMIT 1`, who.store);
	await page.goto(shop.url(who.store, `${who.base}/cart`), LOADS);
	await page.evaluate(async ([where, variant, n]) => {
		await (await fetch(where, { method: 'POST', body: new URLSearchParams({ variant, quantity: n }) })).text();
	}, [`${who.base}/cart/items`, goods.variant_id, quantity]);
	await page.goto(shop.url(who.store, `${who.base}/cart`), LOADS);
}
