/** A node of a queue. */
export interface Linked<Node> {
	previous: Node | undefined;
	next: Node | undefined;
}

/**
 * A queue that can be left at any place. Who leaves lets go of its neighbours: a node that has become old would
 * otherwise hold, one by the other, all that came after it, for a collector of young garbage takes the old for alive.
 */
export class LinkedQueue<Node extends Linked<Node>> {
	#first: Node | undefined;
	#last: Node | undefined;

	get first(): Node | undefined {
		return this.#first;
	}

	get last(): Node | undefined {
		return this.#last;
	}

	/** @param node that is in no queue. */
	push(node: Node): void {
		this.insert(node, this.#last);
	}

	/**
	 * @param node that is in no queue.
	 * @param previous behind which it goes; undefined for the front.
	 */
	insert(node: Node, previous: Node | undefined): void {
		const next = previous ? previous.next : this.#first;
		node.previous = previous;
		node.next = next;
		if (previous) previous.next = node;
		else this.#first = node;
		if (next) next.previous = node;
		else this.#last = node;
	}

	/** @param node that is in this queue. */
	remove(node: Node): void {
		const { previous, next } = node;
		if (previous) previous.next = next;
		else this.#first = next;
		if (next) next.previous = previous;
		else this.#last = previous;
		node.previous = undefined;
		node.next = undefined;
	}
}
