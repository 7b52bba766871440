/** @jsxImportSource hono/jsx */
import type { ResultClass } from "../../call/results.ts";
import { WAY_WORDS } from "./call-words.ts";
import { MAX_TEXT, type SearchForm, type SearchProblem } from "./query.ts";

const RESULT_WORDS: Readonly<Record<ResultClass, string>> = {
	2: "connected or handed over (2xx)",
	3: "redirected (3xx)",
	4: "not reached or refused (4xx)",
	5: "failed (5xx)",
	6: "declined (6xx)",
};

const ANY = ["", "any"] as const;
const RESULTS = [ANY, ...Object.entries(RESULT_WORDS)] as const;
const WAYS = [ANY, ...Object.entries(WAY_WORDS)] as const;

/** What the fields are called on the page; a problem is named by it. */
const LABELS = {
	text: "Part of an address",
	result: "Result",
	way: "Way",
	from: "From day",
	to: "To day",
} as const;

type Field = keyof typeof LABELS;

interface FormProps {
	readonly form: SearchForm;
	readonly problems: readonly SearchProblem[];
}

/** What is searched for, and what is wrong with it. */
export function SearchFields({ form, problems }: FormProps) {
	const wrong = (name: Field) =>
		problems.some(({ field }) => field === name)
			? { "aria-invalid": "true" as const, "aria-describedby": `${name}-problem` }
			: {};
	return (
		<form action="/history" method="get">
			{problems.length > 0 && <Problems problems={problems} />}
			<div class="filters">
				<div>
					<label for="text">{LABELS.text}</label>
					<input
						type="search"
						id="text"
						name="text"
						value={form.text}
						maxlength={MAX_TEXT}
						autocapitalize="off"
						spellcheck={false}
						{...wrong("text")}
					/>
				</div>
				<div>
					<label for="result">{LABELS.result}</label>
					<select id="result" name="result" {...wrong("result")}>
						<Options options={RESULTS} chosen={form.result} />
					</select>
				</div>
				<div>
					<label for="way">{LABELS.way}</label>
					<select id="way" name="way" {...wrong("way")}>
						<Options options={WAYS} chosen={form.way} />
					</select>
				</div>
				<div>
					<label for="from">{LABELS.from}</label>
					<input type="date" id="from" name="from" value={form.from} {...wrong("from")} />
				</div>
				<div>
					<label for="to">{LABELS.to}</label>
					<input type="date" id="to" name="to" value={form.to} {...wrong("to")} />
				</div>
			</div>
			<p class="actions">
				<button type="submit">Search</button>
				<a href="/history">All calls</a>
			</p>
		</form>
	);
}

function Problems({ problems }: { readonly problems: readonly SearchProblem[] }) {
	return (
		<div class="alert" role="alert">
			<strong>This search is invalid.</strong>
			<ul>
				{problems.map(({ field, expected }) => (
					<li id={`${field}-problem`}>
						{isField(field) ? <a href={`#${field}`}>{LABELS[field]}</a> : "The address"} (<code>{field}</code>
						){`: expected ${expected}.`}
					</li>
				))}
			</ul>
		</div>
	);
}

function isField(name: string): name is Field {
	return name in LABELS;
}

interface OptionsProps {
	readonly options: readonly (readonly [string, string])[];
	readonly chosen: string;
}

function Options({ options, chosen }: OptionsProps) {
	return (
		<>
			{options.map(([value, text]) => (
				<option value={value} selected={value === chosen}>
					{text}
				</option>
			))}
		</>
	);
}
