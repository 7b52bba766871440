/** Undefined is none of them: the engine takes three times as long to make JSON of a list that has it. */
export type RowValue = string | number | boolean | null | readonly (string | object)[];

/**
 * The values of a record, one after the other, without their names: two thirds of what JSON of the record would be. What is
 * not there is null. Others know values by their places only: a new one raises the version of the file that the row is kept
 * in, unless it comes last.
 */
export type Row = readonly RowValue[];

/** Gives the values of a row, one after the other; undefined for what is not there. */
export type Next = () => unknown;

/** The members of a record, with whatever was read in them: to forget one is an error of the compiler. */
export type Read<T> = { readonly [Name in keyof T]-?: unknown };

/** Goes through a row that was read from JSON. */
export function valuesOf(row: readonly unknown[]): Next {
	let place = 0;
	return () => row[place++] ?? undefined;
}
