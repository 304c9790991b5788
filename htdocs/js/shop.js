/*
 * shop.js -- small comforts; every page works without it.  Each function looks
 * for its own marks and is silent without them; words come from the page.
 */
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const base = document.body.dataset.base ?? "";

/* Escape and a click elsewhere close the language menu. */
function picker() {
	const pick = $("details.pick");

	if (!pick)
		return;
	addEventListener("click", e => { if (!pick.contains(e.target)) pick.open = false; });
	pick.addEventListener("keydown", e => {
		if (e.key === "Escape") {
			pick.open = false;
			$("summary", pick).focus();
		}
	});
}

/* A select sends its form when changed by pointer; by key, Enter or the button does. */
function submits() {
	for (const s of $$("[data-submit]")) {
		const button = $("[data-no-script]", s.parentElement);
		const send = () => s.form.requestSubmit(button);
		let keyed = false;

		button.hidden = true;
		s.addEventListener("keydown", e => {
			keyed = e.key !== "Enter";
			if (!keyed) { e.preventDefault(); send(); }
		});
		s.addEventListener("pointerdown", () => { keyed = false; });
		s.addEventListener("change", () => keyed ? button.hidden = false : send());
	}
}

/* Minus and plus beside a number. */
function steppers() {
	for (const q of $$("[data-qty]")) {
		const input = $("input", q);
		const button = (sign, step) => {
			const b = document.createElement("button");
			b.type = "button";
			b.textContent = sign;
			b.tabIndex = -1;
			b.setAttribute("aria-hidden", "true"); /* arrow keys do it */
			b.addEventListener("click", () => {
				step < 0 ? input.stepDown() : input.stepUp();
				input.dispatchEvent(new Event("change", { bubbles: true }));
			});
			return b;
		};
		input.before(button("\u2212", -1));
		input.after(button("+", 1));
		q.classList.add("live");
	}
	for (const f of $$("form[data-auto]")) {
		$("[data-no-script]", f).hidden = true;
		let timer;
		f.addEventListener("change", () => {
			clearTimeout(timer);
			timer = setTimeout(() => f.requestSubmit(), 600);
		});
	}
}

/* The price of the chosen variant stands on top. */
function price() {
	const top = $(".cost .price");

	$("#buy")?.addEventListener("change", e => {
		const own = $("small", e.target.parentElement);
		if (e.target.name === "variant" && own)
			top.textContent = own.textContent;
	});
}

/* Thumbnails move the row of pictures without moving the page. */
function gallery() {
	const reel = $("#reel"), links = $$(".thumbs a");

	if (!reel || !links.length)
		return;
	const mark = n => links.forEach((a, i) =>
		i === n ? a.setAttribute("aria-current", "true") : a.removeAttribute("aria-current"));
	const show = n => {
		const x = n * reel.clientWidth;
		reel.scrollTo({ left: getComputedStyle(reel).direction === "rtl" ? -x : x });
		mark(n);
	};
	links.forEach((a, n) => a.addEventListener("click", e => {
		e.preventDefault();
		show(n);
	}));
	/* The colour that is chosen. */
	$("#buy")?.addEventListener("change", e => {
		const n = e.target.closest("[data-picture]")?.dataset.picture;
		if (n && links[n - 1])
			show(n - 1);
	});
	reel.addEventListener("scrollend", () =>
		mark(Math.round(Math.abs(reel.scrollLeft) / reel.clientWidth)));
}

/* Suggestions, after the ARIA combobox pattern. */
function suggestions() {
	const input = $("#q"), form = input?.form;
	let hits = null, at = -1, timer = 0, asked = null;

	if (!form)
		return;
	const close = () => {
		hits?.remove();
		[hits, at] = [null, -1];
		input.setAttribute("aria-expanded", "false");
		input.removeAttribute("aria-activedescendant");
	};
	const move = n => {
		const items = $$("li", hits);
		at = (n + items.length) % items.length;
		items.forEach((li, i) => li.setAttribute("aria-selected", String(i === at)));
		input.setAttribute("aria-activedescendant", items[at].id);
	};
	const show = list => {
		close();
		if (!list.length || document.activeElement !== input)
			return;
		hits = document.createElement("ul");
		hits.id = hits.className = "hits";
		hits.setAttribute("role", "listbox");
		hits.setAttribute("aria-label", $("label", form).textContent);
		list.slice(0, 8).forEach((hit, i) => {
			const li = document.createElement("li");
			li.id = "hit-" + i;
			li.setAttribute("role", "option");
			li.setAttribute("aria-selected", "false");
			li.dataset.url = hit.url;
			li.textContent = hit.text;
			li.addEventListener("pointerdown", e => e.preventDefault());
			li.addEventListener("click", () => { location.href = hit.url; });
			hits.append(li);
		});
		form.append(hits);
		input.setAttribute("aria-expanded", "true");
	};
	const ask = async () => {
		const q = input.value.trim();
		asked?.abort();
		if (q.length < 2)
			return close();
		asked = new AbortController();
		try {
			const r = await fetch(`${base}/search/suggest?q=${encodeURIComponent(q)}`, { signal: asked.signal });
			show(r.ok ? (await r.json()).hits : []);
		} catch { /* no harm */ }
	};
	for (const [k, v] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", "hits"]])
		input.setAttribute(k, v);
	input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 150); });
	input.addEventListener("blur", close);
	input.addEventListener("keydown", e => {
		if (!hits)
			return;
		if (e.key === "ArrowDown") move(at + 1);
		else if (e.key === "ArrowUp") move(at < 0 ? -1 : at - 1);
		else if (e.key === "Enter" && at >= 0) location.href = hits.children[at].dataset.url;
		else if (e.key === "Escape") close();
		else return;
		e.preventDefault();
	});
}

/* What this browser looked at; the ids stay here. */
async function recent() {
	const place = $("#recent"), here = $("[data-product]")?.dataset.product;
	const key = "recent" + base;
	let ids = [];

	try {
		ids = JSON.parse(localStorage.getItem(key)) ?? [];
		if (here)
			localStorage.setItem(key, JSON.stringify([here, ...ids.filter(id => id !== here)].slice(0, 9)));
	} catch { return; }
	ids = ids.filter(id => id !== here).slice(0, 4);
	if (!place || !ids.length)
		return;
	const r = await fetch(`${place.dataset.recent}?ids=${ids}`).catch(() => null);
	$("ul", place).innerHTML = r?.ok ? await r.text() : "";
	place.hidden = !$("li", place);
}

picker();
submits();
steppers();
price();
gallery();
suggestions();
recent();
