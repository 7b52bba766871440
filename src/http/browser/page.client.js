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
		// A second click would be a second call. The button is enabled again when the page is shown again.
		for (const button of form.querySelectorAll("button")) button.disabled = true;
	});
	addEventListener("pageshow", () => {
		for (const button of form.querySelectorAll("button")) button.disabled = false;
	});
}

const handler = document.querySelector("#tel-handler");
// Browsers offer it over HTTPS and on localhost only.
if (handler && isSecureContext && "registerProtocolHandler" in navigator) {
	handler.hidden = false;
	handler.addEventListener("submit", (event) => {
		event.preventDefault();
		navigator.registerProtocolHandler("tel", `${handler.action}?to=%s`);
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

/** Milliseconds without a sign of the server after which a connection is taken for dead; it sends one every 15 s. */
const SILENCE = 40_000;

/** Milliseconds until a stream that the server refused is requested again. */
const PAUSE = 5000;

const LOST = "The connection to the server is lost. This page may be out of date.";

function setText(selector, text) {
	const element = document.querySelector(selector);
	if (element && element.textContent !== text) element.textContent = text;
}

function show({ parts, announcement }) {
	for (const [id, html] of Object.entries(parts)) {
		const part = document.getElementById(id);
		if (part) patch(part, html);
	}
	if (announcement !== undefined) setText("#announcement", announcement);
}

/** Keeps the page up to date as long as it is visible. */
function follow(address) {
	let source;
	let timer;
	let over = false;
	const stop = () => {
		clearTimeout(timer);
		source?.close();
		source = undefined;
	};
	const lost = (pause) => {
		setText("#connection", LOST);
		clearTimeout(timer);
		timer = setTimeout(start, pause);
	};
	const alive = () => {
		setText("#connection", "");
		clearTimeout(timer);
		timer = setTimeout(() => lost(0), SILENCE);
	};
	function start() {
		stop();
		// A browser keeps at most six connections to a server, for all pages: a hidden page must not hold one.
		if (over || document.hidden) return;
		source = new EventSource(address);
		// A dead network reports no error.
		timer = setTimeout(() => lost(0), SILENCE);
		source.addEventListener("open", alive);
		source.addEventListener("alive", alive);
		source.addEventListener("parts", (event) => {
			alive();
			show(JSON.parse(event.data));
		});
		source.addEventListener("end", () => {
			over = true;
			stop();
		});
		// The server no longer remembers the call, as after a restart: the page itself knows more.
		source.addEventListener("gone", () => location.reload());
		// After most errors browsers come back by themselves, but not when the answer was another than a stream.
		source.addEventListener("error", ({ target }) => {
			if (target === source) lost(target.readyState === EventSource.CLOSED ? PAUSE : SILENCE);
		});
	}
	document.addEventListener("visibilitychange", start);
	// A page that is kept for "back" must not hold its connection, and needs it again when it comes back.
	addEventListener("pagehide", stop);
	addEventListener("pageshow", ({ persisted }) => persisted && start());
	start();
}

const live = document.querySelector("[data-live]");
if (live) follow(live.dataset.live);
