/**
 * A class of SIP.js to be extended without running its constructor, which does work that we have
 * done already. `instanceof` holds; every field is the subclass's to fill.
 */
export function withoutConstructor<T>(base: abstract new (...parts: never[]) => T): new () => T {
	function Shape(): void {}
	Shape.prototype = base.prototype;
	return Shape as unknown as new () => T;
}
