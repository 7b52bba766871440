// Turns the tel: links of a page into click-to-call links to the server that serves this script:
// <script src="http://BOX:5090/tel-links.js" defer></script>, with data-from="201" for the phone that rings first.
// The server puts cleanNumber in front of it: the function that cleans numbers everywhere else.
(() => {
	const script = document.currentScript;
	const call = new URL("call", script.src);
	const from = script.dataset.from ?? "";
	/** What rewritten links had before: they get it back when the page makes them links to something else. */
	const before = new WeakMap();
	/** The number of a link, or what else stands there; empty when it cannot be read. */
	const numberOf = (href) => {
		const number = cleanNumber(href);
		if (number !== href) return number;
		try {
			return decodeURIComponent(href.slice(4)).split(";")[0].trim();
		} catch {
			return "";
		}
	};
	const restore = (link) => {
		for (const [name, value] of Object.entries(before.get(link).attributes))
			if (value === null) link.removeAttribute(name);
			else link.setAttribute(name, value);
		before.delete(link);
	};
	const rewrite = (link) => {
		const href = link.getAttribute("href") ?? "";
		if (before.has(link)) {
			if (before.get(link).href === link.href) return;
			restore(link);
		}
		const to = /^tel:/i.test(href) ? numberOf(href) : "";
		if (to === "") return;
		const target = new URL(call);
		target.searchParams.set("to", to);
		if (from !== "") target.searchParams.set("from", from);
		const attributes = { target: link.getAttribute("target"), rel: link.getAttribute("rel") };
		before.set(link, { href: target.href, attributes });
		link.href = target.href;
		link.target = "_blank";
		link.rel = "noopener";
	};
	// For pages that change while they are used.
	const observer = new MutationObserver((records) => {
		for (const { type, target, addedNodes } of records)
			if (type === "attributes") see(target);
			else for (const node of addedNodes) seeAll(node);
	});
	const see = (element) => {
		if (element.localName === "a" && typeof element.href === "string") rewrite(element);
		if (element.shadowRoot) watch(element.shadowRoot);
	};
	function seeAll(root) {
		if (root.nodeType === Node.ELEMENT_NODE) see(root);
		for (const element of root.querySelectorAll?.("*") ?? []) see(element);
	}
	const watched = new WeakSet();
	/** Follows a document, or an open shadow root. */
	function watch(root) {
		if (watched.has(root)) return;
		watched.add(root);
		observer.observe(root, { childList: true, subtree: true, attributeFilter: ["href"] });
		seeAll(root);
	}
	// No observer is told of a shadow root that an element gets later.
	const attach = Element.prototype.attachShadow;
	Element.prototype.attachShadow = function attachShadow(options) {
		const root = attach.call(this, options);
		if (root.mode === "open") watch(root);
		return root;
	};
	watch(document);
})();
