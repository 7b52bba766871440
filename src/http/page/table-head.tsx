/** @jsxImportSource hono/jsx */

/** The head of a table: a row with the names of its columns. */
export function TableHead({ columns }: { readonly columns: readonly string[] }) {
	return (
		<thead>
			<tr>
				{columns.map((column) => (
					<th scope="col">{column}</th>
				))}
			</tr>
		</thead>
	);
}
