package dev.weft.sync;

import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The items of a queue in the order in which they leave. Guarded by the {@link Gate} of the queue, but for
 * {@link #item}.
 *
 * <p>Items come in nodes that are made outside of the gate, so that nothing in here calls code of users, needs memory
 * or fails.
 *
 * @param <T> the items
 */
abstract sealed class Store<T> {
    /** An item on its way through a queue. */
    static class Item<T> {
        final T value;

        /** The one that leaves after this one, for the stores that keep a list. */
        @Nullable
        Item<T> next;

        Item(T value) {
            this.value = value;
        }
    }

    /** Makes a node for an item; outside of the gate. */
    Item<T> item(T value) {
        return new Item<>(value);
    }

    /** {@return an empty store of the same kind} */
    abstract Store<T> empty();

    abstract void add(Item<T> item);

    /** Puts an item back that {@link #poll} returned, as the one to leave next among equals. */
    abstract void restore(Item<T> item);

    abstract @Nullable Item<T> poll();

    /** First in, first out. */
    static final class Fifo<T> extends Store<T> {
        private @Nullable Item<T> first;
        private @Nullable Item<T> last;

        @Override
        Store<T> empty() {
            return new Fifo<>();
        }

        @Override
        void add(Item<T> item) {
            if (last == null) {
                first = item;
            } else {
                last.next = item;
            }
            last = item;
        }

        @Override
        void restore(Item<T> item) {
            item.next = first;
            first = item;
            if (last == null) {
                last = item;
            }
        }

        @Override
        @Nullable
        Item<T> poll() {
            Item<T> item = first;
            if (item != null) {
                first = item.next;
                item.next = null;
                if (first == null) {
                    last = null;
                }
            }
            return item;
        }
    }

    /** Last in, first out. */
    static final class Lifo<T> extends Store<T> {
        private @Nullable Item<T> top;

        @Override
        Store<T> empty() {
            return new Lifo<>();
        }

        @Override
        void add(Item<T> item) {
            item.next = top;
            top = item;
        }

        @Override
        void restore(Item<T> item) {
            add(item);
        }

        @Override
        @Nullable
        Item<T> poll() {
            Item<T> item = top;
            if (item != null) {
                top = item.next;
                item.next = null;
            }
            return item;
        }
    }

    /**
     * Lowest rank first, and first in, first out among equals: a leftist heap, whose operations walk right spines of at
     * most log n nodes and which needs no array to grow inside the gate.
     */
    static final class Ranked<T> extends Store<T> {
        private static final class Node<T> extends Item<T> {
            final long rank;
            long number;
            int spine = 1;

            @Nullable
            Node<T> left;

            @Nullable
            Node<T> right;

            Node(T value, long rank) {
                super(value);
                this.rank = rank;
            }

            boolean before(Node<T> other) {
                return rank < other.rank || (rank == other.rank && number < other.number);
            }
        }

        private final ToLongFunction<? super T> rank;
        private @Nullable Node<T> root;
        private long added;

        Ranked(ToLongFunction<? super T> rank) {
            this.rank = rank;
        }

        @Override
        Item<T> item(T value) {
            return new Node<>(value, rank.applyAsLong(value));
        }

        @Override
        Store<T> empty() {
            return new Ranked<>(rank);
        }

        @Override
        void add(Item<T> item) {
            Node<T> node = (Node<T>) item;
            node.number = added++;
            root = merge(root, node);
        }

        @Override
        void restore(Item<T> item) {
            root = merge(root, (Node<T>) item);
        }

        @Override
        @Nullable
        Item<T> poll() {
            Node<T> top = root;
            if (top != null) {
                root = merge(top.left, top.right);
                top.left = null;
                top.right = null;
                top.spine = 1;
            }
            return top;
        }

        private static <T> @Nullable Node<T> merge(@Nullable Node<T> one, @Nullable Node<T> other) {
            if (one == null) {
                return other;
            }
            if (other == null) {
                return one;
            }
            Node<T> top = one.before(other) ? one : other;
            Node<T> below = top == one ? other : one;
            top.right = merge(top.right, below);
            if (spine(top.left) < spine(top.right)) {
                Node<T> left = top.left;
                top.left = top.right;
                top.right = left;
            }
            top.spine = spine(top.right) + 1;
            return top;
        }

        private static int spine(@Nullable Node<?> node) {
            return node == null ? 0 : node.spine;
        }
    }
}
