// Makes the pages comfortable; everything works without it.

/** The place where the browser keeps who called last. */
const REMEMBERED = "clicktocall-initiator";

/** The storage of a private window may refuse everything. */
function remembered() {
	try {
		return localStorage.getItem(REMEMBERED) ?? "";
	} catch {
		return "";
	}
}

function remember(initiator) {
	try {
		localStorage.setItem(REMEMBERED, initiator);
	} catch {
		// Nothing is remembered then.
	}
}

const form = document.querySelector("#call-form");
const initiator = document.querySelector("#initiator");
if (form && initiator) {
	if (initiator.value === "") initiator.value = remembered();
	if (initiator.value !== "") document.querySelector("#destination[autofocus]")?.focus();
	form.addEventListener("submit", () => {
		remember(initiator.value);
		// A second click would be a second call. The button lives again when the page is shown again.
		for (const button of form.querySelectorAll("button")) button.disabled = true;
	});
	addEventListener("pageshow", () => {
		for (const button of form.querySelectorAll("button")) button.disabled = false;
	});
}

/** Replaces what has changed and nothing else, so that the focus stays where it is. */
function patch(part, html) {
	const template = document.createElement("template");
	template.innerHTML = html;
	const rows = [...template.content.querySelectorAll("[data-key]")];
	const known = new Map([...part.querySelectorAll("[data-key]")].map((row) => [row.dataset.key, row]));
	const sameRows =
		rows.length > 0 && rows.length === known.size && rows.every((row) => known.has(row.dataset.key));
	if (!sameRows) {
		const focused = document.activeElement?.closest("[data-key]")?.dataset.key;
		part.replaceChildren(template.content);
		if (focused) part.querySelector(`[data-key="${CSS.escape(focused)}"] button`)?.focus();
		return;
	}
	for (const row of rows) {
		const old = known.get(row.dataset.key);
		const cells = row.querySelectorAll("[data-cell]");
		for (const [index, cell] of old.querySelectorAll("[data-cell]").entries()) {
			const now = cells[index]?.innerHTML;
			if (now !== undefined && cell.innerHTML !== now) cell.innerHTML = now;
		}
	}
}

const live = document.querySelector("[data-live]");
if (live) {
	const source = new EventSource(live.dataset.live);
	source.addEventListener("parts", (event) => {
		const { parts, announcement } = JSON.parse(event.data);
		for (const [id, html] of Object.entries(parts)) {
			const part = document.getElementById(id);
			if (part) patch(part, html);
		}
		const status = document.querySelector("#announcement");
		if (status && announcement !== undefined && status.textContent !== announcement)
			status.textContent = announcement;
	});
	source.addEventListener("end", () => source.close());
	// A page that is kept for "back" must not hold its connection.
	addEventListener("pagehide", () => source.close());
}
