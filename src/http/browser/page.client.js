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
	// Where typing starts; with all there is to type, Enter calls.
	const asked = document.querySelector('#call-form [aria-invalid="true"], #destination[autofocus]');
	const next = initiator.value === "" ? initiator : (asked ?? form.querySelector("button"));
	next.focus();
	form.addEventListener("submit", () => remember(initiator.value));
}

function setEnabled(form, enabled) {
	for (const button of form.querySelectorAll("button")) button.disabled = !enabled;
}

/** Milliseconds that the server has to answer before a form is sent. */
const ANSWER = 5000;

/** Whether the server answers: a browser that sends a form to one that does not loses what was typed. */
async function answers() {
	try {
		const { href } = document.querySelector('link[rel="icon"]');
		const signal = AbortSignal.timeout(ANSWER);
		return (await fetch(href, { method: "HEAD", cache: "no-store", signal })).ok;
	} catch {
		return false;
	}
}

addEventListener("submit", async (event) => {
	const form = event.target;
	if (!form.matches("[data-places-call]")) return;
	event.preventDefault();
	// A second click would be a second call. The button is enabled again when the page is shown again.
	setEnabled(form, false);
	setText("#unsent", "");
	if (await answers()) return form.submit();
	setEnabled(form, true);
	setText("#unsent", document.querySelector("#unsent").dataset.text);
});
addEventListener("pageshow", () => {
	for (const form of document.querySelectorAll("[data-places-call]")) setEnabled(form, true);
});

/** Dates and times as the server writes them, in the browser's time zone. */
const { locale } = document.body.dataset;
const DATE_AND_TIME = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });
const TIME = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });

/** Such as `1:05` or `1:00:05`. */
function lengthText(seconds) {
	const two = (number) => String(number).padStart(2, "0");
	const [hours, minutes] = [Math.trunc(seconds / 3600), Math.trunc(seconds / 60)];
	return `${hours > 0 ? `${hours}:${two(minutes % 60)}` : minutes}:${two(seconds % 60)}`;
}

/** How much the browser's clock is ahead of the server's, in milliseconds. */
const AHEAD = Date.now() - Number(document.body.dataset.now);

function setTextOf(element, text) {
	if (element && element.textContent !== text) element.textContent = text;
}

function count() {
	const now = Date.now() - AHEAD;
	for (const timer of document.querySelectorAll("[data-since]"))
		setTextOf(timer, lengthText(Math.max(0, Math.floor((now - Number(timer.dataset.since)) / 1000))));
}

/** What the server wrote into the cells of rows, before this script changed it. */
const written = new WeakMap();

/** Makes of what the server wrote what belongs to this browser: its time zone, and how long calls have lasted. */
function adapt() {
	for (const cell of document.querySelectorAll("[data-cell]"))
		if (!written.has(cell)) written.set(cell, cell.innerHTML);
	for (const time of document.querySelectorAll("time")) {
		const format = time.dataset.timeOnly === undefined ? DATE_AND_TIME : TIME;
		setTextOf(time.firstElementChild ?? time, format.format(new Date(time.dateTime)));
	}
	count();
}
adapt();
setInterval(count, 1000);
const zone = document.querySelector("#zone");
if (zone) zone.textContent = zone.dataset.local;

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
			if (now === undefined || written.get(cell) === now) continue;
			cell.innerHTML = now;
			written.set(cell, now);
		}
	}
}

/** Milliseconds without a sign of the server after which a connection is taken for dead; it sends one every 15 s. */
const SILENCE = 40_000;

/** Milliseconds until a stream that the server refused is requested again. */
const PAUSE = 5000;

function setText(selector, text) {
	setTextOf(document.querySelector(selector), text);
}

function show({ parts, announcement, title }) {
	for (const [id, html] of Object.entries(parts)) {
		const part = document.getElementById(id);
		if (part) patch(part, html);
	}
	adapt();
	if (title !== undefined) document.title = title;
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
		setText("#connection", document.querySelector("#connection").dataset.text);
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

/** Milliseconds without a key until contacts are looked for. */
const TYPING_PAUSE = 150;

// Browsers show the options that have what was typed in their value or label, accents and all: who was found by another
// way to write it gets that into the label.
const labelFor = ({ name, number }, text) => {
	const shown = [name, number].some((part) => part.toLowerCase().includes(text.toLowerCase()));
	return shown ? name : `${name} (${text})`;
};

for (const field of document.querySelectorAll("input[list]")) {
	const { list } = field;
	if (!list?.dataset.from) continue;
	let timer;
	let asked = "";
	const offer = async () => {
		const text = field.value.trim();
		if (text === asked || text === "") return;
		asked = text;
		try {
			const response = await fetch(`${list.dataset.from}?${new URLSearchParams({ q: text })}`);
			const found = response.ok ? await response.json() : [];
			if (asked !== text) return;
			list.replaceChildren(
				...found.map((contact) => {
					const option = document.createElement("option");
					option.value = contact.number;
					option.label = labelFor(contact, text);
					option.textContent = contact.name;
					return option;
				}),
			);
		} catch {
			// The number can be typed.
		}
	};
	field.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(offer, TYPING_PAUSE);
	});
}

/** Milliseconds that a server which starts again may still answer, and between two looks whether it is back. */
const STOPPING = 5000;
const LOOK = 1000;

/** How long it may take until a change has gone back for which the pages are not found elsewhere. */
const GONE_BACK = 70_000;

/** Whether a server answers at another address; its answer itself is not for this page. */
async function answersAt(url) {
	try {
		await fetch(new URL("healthz", url.replace(/setup\/[^/]*$/, "")), {
			mode: "no-cors",
			cache: "no-store",
			signal: AbortSignal.timeout(ANSWER),
		});
		return true;
	} catch {
		return false;
	}
}

const goOn = document.querySelector("#go-on");
if (goOn) {
	const moved = [...document.querySelectorAll("a[data-moved]")].map(({ href }) => href);
	const begin = Date.now();
	const look = async () => {
		for (const url of moved) if (await answersAt(url)) return location.replace(url);
		const isHere = moved.length === 0 || Date.now() - begin > GONE_BACK;
		if (isHere && (await answers())) location.replace(goOn.href);
		else setTimeout(look, LOOK);
	};
	setTimeout(look, STOPPING);
}

/** As many connections as a browser keeps to a server: each of them may be one from before the change. */
const KEPT_CONNECTIONS = 6;

/** A change of the settings stays once a browser has seen the pages again, by a new connection. */
async function confirm(form) {
	for (let tries = 0; tries <= KEPT_CONNECTIONS; tries += 1) {
		const { ok, status } = await fetch(form.action, { method: "POST" });
		if (ok) form.textContent = form.dataset.kept;
		// The server has closed that connection.
		if (status !== 409) return;
	}
}

const confirmation = document.querySelector("form[data-confirms]");
if (confirmation)
	confirm(confirmation).catch(() => {
		// Its button does the same.
	});
