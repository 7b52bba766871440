/**
 * A class of SIP.js, for subclasses that skip its constructor because its work is already done. `instanceof`
 * holds; the subclass has to set every field.
 */
export function withoutConstructor<T>(base: abstract new (...parts: never[]) => T): new () => T {
	function Shape(): void {}
	Shape.prototype = base.prototype;
	return Shape as unknown as new () => T;
}
