// Turns the tel: links of a page into click-to-call links to the server that serves this script:
// <script src="http://BOX:5090/tel-links.js" defer></script>, with data-from="201" for the phone that rings first.
// The server puts cleanNumber in front of it: the function that cleans numbers everywhere else.
(() => {
	const script = document.currentScript;
	// Below a prefix if the server has one.
	const box = new URL(".", script.src);
	const from = script.dataset.from ?? "";
	/** The number of a link, or what else stands there; empty when it cannot be read. */
	const numberOf = (link) => {
		const href = link.getAttribute("href");
		const number = cleanNumber(href);
		if (number !== href) return number;
		try {
			return decodeURIComponent(href.slice(4)).split(";")[0].trim();
		} catch {
			return "";
		}
	};
	const rewrite = (link) => {
		const to = numberOf(link);
		if (to === "") return;
		const target = new URL("call", box);
		target.searchParams.set("to", to);
		if (from !== "") target.searchParams.set("from", from);
		link.href = target.href;
		link.target = "_blank";
		link.rel = "noopener";
	};
	const rewriteAll = () => {
		for (const link of document.querySelectorAll('a[href^="tel:" i]')) rewrite(link);
	};
	rewriteAll();
	// For pages that change while they are used.
	new MutationObserver(rewriteAll).observe(document.documentElement, { childList: true, subtree: true });
})();
