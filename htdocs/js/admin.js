/*
 * admin.js -- small comforts of the console; every page works without it.
 */
const $ = (selector, root = document) => root.querySelector(selector);

/* "/" leads to the search of the page, as people of other consoles expect; never while typing. */
addEventListener("keydown", e => {
	const field = $("main input[type=search]");

	if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || !field || e.target.closest("input, select, textarea, [contenteditable]"))
		return;
	e.preventDefault();
	field.focus();
	field.select();
});

/* Another store is chosen at once by pointer; by key, Enter or the button does. */
const pick = $(".store-pick select");
if (pick) {
	let keyed = false;

	pick.addEventListener("keydown", e => { keyed = e.key !== "Enter"; });
	pick.addEventListener("pointerdown", () => { keyed = false; });
	pick.addEventListener("change", () => { if (!keyed) pick.form.requestSubmit(); });
}

/* Escape and a click elsewhere close the menu of who is signed in. */
const mine = $("details.mine");
if (mine) {
	addEventListener("click", e => { if (!mine.contains(e.target)) mine.open = false; });
	mine.addEventListener("keydown", e => {
		if (e.key !== "Escape")
			return;
		mine.open = false;
		$("summary", mine).focus();
	});
}

/* Back from an identity provider: the step that is left is taken at once. */
$("form[data-at-once]")?.requestSubmit();
