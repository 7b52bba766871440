/** @jsxImportSource hono/jsx */

export interface AddressFieldProps {
	/** Whose address is asked for; the parameter of the form. */
	readonly name: "initiator" | "destination";
	readonly label: string;
	readonly hint: string;
	/** The initial value. */
	readonly value?: string;
	/** Whether the page opens with the cursor in it. */
	readonly autofocus?: boolean;
	/** Whether its value could not be used. */
	readonly invalid?: boolean;
}

/**
 * The field of a form for the address of a phone. Browsers offer what was typed as the initiator before, one's own
 * phone, but not whom one has called.
 */
export function AddressField({ name, label, hint, value, autofocus, invalid }: AddressFieldProps) {
	return (
		<>
			<label for={name}>{label}</label>
			<input
				type="text"
				id={name}
				name={name}
				{...(value !== undefined && { value })}
				required
				{...(autofocus && { autofocus })}
				autocomplete={name === "initiator" ? "on" : "off"}
				autocapitalize="off"
				spellcheck={false}
				aria-describedby={`${name}-hint`}
				{...(invalid && { "aria-invalid": "true" as const })}
			/>
			<p class="hint" id={`${name}-hint`}>
				{hint}
			</p>
		</>
	);
}
