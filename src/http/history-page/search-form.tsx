/** @jsxImportSource hono/jsx */
import type { Texts } from "../../words/texts.ts";
import { useTexts } from "../page/view.tsx";
import { MAX_TEXT, type SearchForm, type SearchProblem } from "./query.ts";

type Field = keyof Texts["searchLabels"];

interface FormProps {
	readonly form: SearchForm;
	readonly problems: readonly SearchProblem[];
}

/** What is searched for, and what is wrong with it. */
export function SearchFields({ form, problems }: FormProps) {
	const texts = useTexts();
	const labels = texts.searchLabels;
	const any = ["", texts.any] as const;
	const wrong = (name: Field) =>
		problems.some(({ field }) => field === name)
			? { "aria-invalid": "true" as const, "aria-describedby": `${name}-problem` }
			: {};
	return (
		<form action="/history" method="get">
			{problems.length > 0 && <Problems problems={problems} />}
			<div class="filters">
				<div>
					<label for="text">{labels.text}</label>
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
					<label for="result">{labels.result}</label>
					<select id="result" name="result" {...wrong("result")}>
						<Options options={[any, ...Object.entries(texts.resultClasses)]} chosen={form.result} />
					</select>
				</div>
				<div>
					<label for="way">{labels.way}</label>
					<select id="way" name="way" {...wrong("way")}>
						<Options options={[any, ...Object.entries(texts.ways)]} chosen={form.way} />
					</select>
				</div>
				<div>
					<label for="from">{labels.from}</label>
					<input type="date" id="from" name="from" value={form.from} {...wrong("from")} />
				</div>
				<div>
					<label for="to">{labels.to}</label>
					<input type="date" id="to" name="to" value={form.to} {...wrong("to")} />
				</div>
			</div>
			<p class="actions">
				<button type="submit">{texts.searchButton}</button>
				<a href="/history">{texts.allCalls}</a>
			</p>
		</form>
	);
}

function Problems({ problems }: { readonly problems: readonly SearchProblem[] }) {
	const texts = useTexts();
	return (
		<div class="alert" role="alert">
			<strong>{texts.badSearch}</strong>
			<ul>
				{problems.map(({ field, expected }) => (
					<li id={`${field}-problem`}>
						{isField(texts, field) ? <a href={`#${field}`}>{texts.searchLabels[field]}</a> : texts.theAddress}{" "}
						(<code>{field}</code>){`: ${texts.expected(expected(texts))}`}
					</li>
				))}
			</ul>
		</div>
	);
}

function isField({ searchLabels }: Texts, name: string): name is Field {
	return Object.hasOwn(searchLabels, name);
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
