/** @jsxImportSource hono/jsx */

export interface AddressFieldProps {
	/** Whose address is asked for; the parameter of the form. */
	readonly name: "initiator" | "destination";
	readonly label: string;
	readonly hint: string;
	/** The initial value. */
	readonly value?: string;
	/** The only values that it may have; any by default. */
	readonly choices?: readonly string[] | undefined;
	/** Whether the page opens with the cursor in it. */
	readonly autofocus?: boolean;
	/** Whether its value could not be used. */
	readonly invalid?: boolean;
}

/**
 * The field of a form for the address of a phone. Browsers offer what was typed as the initiator before, one's own
 * phone, but not whom one has called.
 */
export function AddressField(props: AddressFieldProps) {
	const { name, label, hint, value, choices, autofocus, invalid } = props;
	if (choices) return <ChoiceField {...props} choices={choices} />;
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
				list={`${name}-contacts`}
				{...(invalid && { "aria-invalid": "true" as const })}
			/>
			<datalist id={`${name}-contacts`} data-from="/contacts"></datalist>
			<p class="hint" id={`${name}-hint`}>
				{hint}
			</p>
		</>
	);
}

/** The same for somebody with phones of their own: one is shown, several are a list. */
function ChoiceField({
	name,
	label,
	hint,
	value,
	choices,
}: AddressFieldProps & { readonly choices: readonly string[] }) {
	const [only = ""] = choices;
	return (
		<>
			<label for={name}>{label}</label>
			{choices.length === 1 ? (
				<input type="text" id={name} name={name} value={only} readonly aria-describedby={`${name}-hint`} />
			) : (
				<select id={name} name={name} aria-describedby={`${name}-hint`}>
					{choices.map((choice) => (
						<option value={choice} selected={choice === value}>
							{choice}
						</option>
					))}
				</select>
			)}
			<p class="hint" id={`${name}-hint`}>
				{hint}
			</p>
		</>
	);
}
