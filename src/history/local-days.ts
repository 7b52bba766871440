/** Names the days of the server's time zone, such as `2026-11-23`. */
export class LocalDays {
	#start = 0;
	#end = 0;
	#name = "";

	/** The day that holds a time. @param time milliseconds since 1970. */
	of(time: number): string {
		if (time < this.#start || time >= this.#end) {
			const date = new Date(time);
			this.#start = startOfDay(date, 0);
			this.#end = startOfDay(date, 1);
			this.#name = nameOf(date);
		}
		return this.#name;
	}
}

/**
 * Consecutive days, the oldest first.
 *
 * @param time in the last of them, in milliseconds since 1970.
 */
export function daysUpTo(time: number, count: number): string[] {
	const last = new Date(time);
	return Array.from({ length: count }, (_, index) => nameOf(new Date(startOfDay(last, index + 1 - count))));
}

/** When the day starts that is this many days after the day of a date, in milliseconds since 1970. */
export function startOfDay(date: Date, days: number): number {
	return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

/**
 * When a day starts that is named as by `LocalDays`, in milliseconds since 1970; undefined when there is no such day.
 *
 * @param days to go on from it.
 */
export function startOfNamedDay(name: string, days: number): number | undefined {
	const [, year, month, day] = /^([1-9]\d{3})-(\d{2})-(\d{2})$/.exec(name) ?? [];
	const date = new Date(Number(year), Number(month) - 1, Number(day));
	if (date.getMonth() !== Number(month) - 1 || date.getDate() !== Number(day)) return undefined;
	return startOfDay(date, days);
}

function nameOf(date: Date): string {
	const two = (number: number): string => String(number).padStart(2, "0");
	return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
