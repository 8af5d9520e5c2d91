package dev.weft.sync;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.Waiter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A queue between those who produce items and those who work on them, with an end that can be waited for.
 *
 * <pre>{@code
 * var queue = Queue.<Page>bounded(100);
 * group.spawn(() -> {                            // a worker
 *     while (true) {
 *         Page page = queue.get();
 *         try {
 *             index(page);
 *         } finally {
 *             queue.taskDone();
 *         }
 *     }
 * });
 * for (Page page : pages) {
 *     queue.put(page);                           // waits while the queue is full
 * }
 * queue.join();                                  // all pages have been worked on
 * }</pre>
 *
 * <p>Who waits to put, and who waits to get, is served in the order of arrival. An item that was given to a getter
 * which is cancelled before it goes on is given to the next, or goes back to where it would leave from next. A put that
 * throws has put nothing; a put whose item was taken in at the moment of a cancellation returns, and the cancellation
 * is raised at the next checkpoint. So every item is put once or not at all, and got once.
 *
 * <h2>Shutdown</h2>
 *
 * <p>After {@link #shutdown} nothing can be put; what is in the queue can still be got, and then {@link #get} fails.
 * {@link #shutdownNow} removes what is in the queue and counts it as done. Items that were got before are waited for by
 * {@link #join} in either case.
 *
 * <h2>When the JDK's are enough</h2>
 *
 * <p>{@link java.util.concurrent.LinkedBlockingQueue} and its kin suspend coroutines too, where there is no need for
 * shutdown, join, the order among waiters and cancellation by Weft's rules.
 *
 * <h2>Inside</h2>
 *
 * <p>Nobody waits to get while there is an item, and nobody waits to put while there is room: who changes that serves
 * those in line under the same entry of the gate. {@code size} counts the items of the store; it exceeds
 * {@code capacity} where the latter was lowered or an item came back.
 *
 * @param <T> the items
 */
public final class Queue<T> {
    /** Somebody who waits, with the item to put or the one that was got. */
    private static final class Customer<T> extends Place {
        Store.@Nullable Item<T> item;

        Customer(Waiter waiter, Store.@Nullable Item<T> item) {
            super(waiter);
            this.item = item;
        }
    }

    private final Gate gate = new Gate();
    private final Line<Customer<T>> getters = new Line<>();
    private final Line<Customer<T>> putters = new Line<>();
    private final Line<Place> joiners = new Line<>();
    private Store<T> store;
    private int capacity;
    private int size;
    private long unfinished;
    private boolean shut;
    private boolean dropped;

    private Queue(int capacity, Store<T> store) {
        this.capacity = atLeastOne(capacity);
        this.store = store;
    }

    private static int atLeastOne(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a queue needs a capacity of at least 1, and was given " + capacity
                    + "; use Queue.unbounded() for one without limit");
        }
        return capacity;
    }

    /**
     * {@return a new queue without limit, first in, first out}
     *
     * @param <T> the items
     */
    public static <T> Queue<T> unbounded() {
        return bounded(Integer.MAX_VALUE);
    }

    /**
     * Makes a queue, first in, first out.
     *
     * @param capacity how many items it takes in before a put waits, at least 1
     * @param <T> the items
     * @return the queue
     * @throws IllegalArgumentException if {@code capacity} is less than 1
     */
    public static <T> Queue<T> bounded(int capacity) {
        return new Queue<>(capacity, new Store.Fifo<>());
    }

    /**
     * Makes a queue that returns the item that was put last; {@link #resize} limits it.
     *
     * @param <T> the items
     * @return the queue
     */
    public static <T> Queue<T> lifo() {
        return new Queue<>(Integer.MAX_VALUE, new Store.Lifo<>());
    }

    /**
     * Makes a queue that returns the item of the lowest rank, and among equals the one that was put first;
     * {@link #resize} limits it.
     *
     * @param rank the rank of an item, asked for once, by the caller of {@link #put}; what it throws is thrown
     *     there, and nothing has been put
     * @param <T> the items
     * @return the queue
     */
    public static <T> Queue<T> priority(ToLongFunction<? super T> rank) {
        return new Queue<>(Integer.MAX_VALUE, new Store.Ranked<>(requireNonNull(rank, "rank")));
    }

    /**
     * Puts an item, and waits while the queue is full.
     *
     * @param item the item
     * @throws Cancelled if the calling task is cancelled, or the thread interrupted; the item has not been put then
     * @throws ClosedException if the queue is shut down, before or meanwhile; the item has not been put then
     */
    public void put(T item) {
        Store.Item<T> node = node(item);
        Waiter self = Waiter.current();
        self.checkpoint();
        var putter = new Customer<>(self, node);
        Place getter = null;
        gate.enter();
        boolean closed = shut;
        boolean room = !closed && size < capacity;
        if (room) {
            getter = takeIn(node);
        } else if (!closed) {
            putters.add(putter);
        }
        gate.leave();
        if (closed) {
            throw closed("put");
        }
        if (room) {
            Place.wake(getter);
            return;
        }
        try {
            putter.awaitUnlessServed(this);
        } catch (Throwable e) {
            gate.enter();
            boolean withdrawn = putters.remove(putter);
            gate.leave();
            if (withdrawn || !(e instanceof Cancelled)) {
                throw e;
            }
        }
        if (putter.refused()) {
            throw closed("put");
        }
    }

    private Store.Item<T> node(T item) {
        requireNonNull(item, "a queue holds no null: tryGet says by it that there is no item");
        return store.item(item);
    }

    /** Counts an item in and gives it to the first getter, or keeps it; under the gate. Returns whom to wake. */
    private @Nullable Place takeIn(Store.Item<T> item) {
        unfinished++;
        Customer<T> getter = getters.poll();
        if (getter == null) {
            store.add(item);
            size++;
        } else {
            getter.item = item;
            getter.serve();
        }
        return getter;
    }

    /** Takes in the item of the first putter if there is room; under the gate. Returns whom to wake. */
    private @Nullable Place admit() {
        Customer<T> putter = size < capacity ? putters.poll() : null;
        if (putter != null) {
            unfinished++;
            size++;
            store.add(requireNonNull(putter.item));
            putter.serve();
        }
        return putter;
    }

    /**
     * Puts an item if there is room; never waits.
     *
     * @param item the item
     * @return whether it was put
     * @throws ClosedException if the queue is shut down
     */
    public boolean tryPut(T item) {
        Store.Item<T> node = node(item);
        Place getter = null;
        gate.enter();
        boolean closed = shut;
        boolean room = !closed && size < capacity;
        if (room) {
            getter = takeIn(node);
        }
        gate.leave();
        if (closed) {
            throw closed("put");
        }
        Place.wake(getter);
        return room;
    }

    /**
     * Takes the next item, and waits for one if there is none.
     *
     * @return the item
     * @throws Cancelled if the calling task is cancelled, or the thread interrupted; no item has been taken then
     * @throws ClosedException if the queue is shut down and has no items left
     */
    public T get() {
        Waiter self = Waiter.current();
        self.checkpoint();
        T ready = tryGet();
        if (ready != null) {
            return ready;
        }
        var getter = new Customer<T>(self, null);
        Place putter = null;
        gate.enter();
        Store.Item<T> item = store.poll();
        boolean closed = item == null && shut;
        if (item != null) {
            size--;
            putter = admit();
        } else if (!closed) {
            getters.add(getter);
        }
        gate.leave();
        if (closed) {
            throw closed("get");
        }
        if (item != null) {
            Place.wake(putter);
            return item.value;
        }
        try {
            getter.await(this);
        } catch (Throwable e) {
            if (!keepsIn(getter, e)) {
                throw e;
            }
        }
        if (getter.refused()) {
            throw closed("get");
        }
        return requireNonNull(getter.item).value;
    }

    /**
     * Takes a cancelled getter out of the line, or passes its item on. After a {@link #shutdownNow} there is nobody to
     * pass it on to: the getter keeps it, since it was not among those dropped.
     *
     * @return whether the getter keeps an item
     */
    private boolean keepsIn(Customer<T> getter, Throwable why) {
        Place next = null;
        boolean keeps = false;
        gate.enter();
        Store.Item<T> item = getter.item;
        if (!getters.remove(getter) && item != null) {
            keeps = dropped && why instanceof Cancelled;
            if (!keeps) {
                next = giveBack(item);
            }
        }
        gate.leave();
        Place.wake(next);
        return keeps;
    }

    /** Gives an item to the next getter, or back to the store; under the gate. Returns whom to wake. */
    private @Nullable Place giveBack(Store.Item<T> item) {
        Customer<T> next = getters.poll();
        if (next == null) {
            store.restore(item);
            size++;
        } else {
            next.item = item;
            next.serve();
        }
        return next;
    }

    /**
     * Takes the next item if there is one; never waits.
     *
     * @return the item, or null if there is none
     * @throws ClosedException if the queue is shut down and has no items left
     */
    public @Nullable T tryGet() {
        Place putter = null;
        gate.enter();
        Store.Item<T> item = store.poll();
        boolean closed = item == null && shut;
        if (item != null) {
            size--;
            putter = admit();
        }
        gate.leave();
        if (closed) {
            throw closed("get");
        }
        Place.wake(putter);
        return item == null ? null : item.value;
    }

    private static ClosedException closed(String what) {
        return new ClosedException(
                what.equals("put")
                        ? "the queue is shut down and takes no more items; put before shutdown"
                        : "the queue is shut down and has no items left; end the loop that gets from it");
    }

    /**
     * Says that the work on an item is done; each getter calls it once for each item.
     *
     * @throws IllegalStateException if all items have been marked as done already
     */
    public void taskDone() {
        var finished = new Chain();
        gate.enter();
        boolean counts = unfinished > 0;
        if (counts) {
            unfinished--;
            endJoins(finished);
        }
        gate.leave();
        if (!counts) {
            throw new IllegalStateException(
                    "taskDone was called more often than items were put; call it once for each item that get returned");
        }
        finished.wake();
    }

    private void endJoins(Chain finished) {
        if (unfinished == 0) {
            joiners.serveAll(finished);
        }
    }

    /**
     * Waits until every item that was put has been {@linkplain #taskDone marked as done}; does not suspend if that is
     * so.
     *
     * @throws Cancelled if the calling task is cancelled, or the thread interrupted
     */
    public void join() {
        Waiter self = Waiter.current();
        self.checkpoint();
        var joiner = new Place(self);
        gate.enter();
        boolean finished = unfinished == 0;
        if (!finished) {
            joiners.add(joiner);
        }
        gate.leave();
        if (finished) {
            return;
        }
        try {
            joiner.await(this);
        } catch (Throwable e) {
            gate.enter();
            joiners.remove(joiner);
            gate.leave();
            throw e;
        }
    }

    /** Refuses further puts, those that wait included; items in the queue can still be got. Idempotent. */
    public void shutdown() {
        var refused = new Chain();
        gate.enter();
        shut = true;
        putters.refuseAll(refused);
        getters.refuseAll(refused);
        gate.leave();
        refused.wake();
    }

    /**
     * Shuts down and removes the items in the queue, which count as done. Idempotent.
     *
     * @return the removed items, in the order in which they would have left
     */
    public List<T> shutdownNow() {
        Store<T> empty = store.empty();
        var woken = new Chain();
        gate.enter();
        Store<T> removed = store;
        store = empty;
        unfinished -= size;
        size = 0;
        shut = true;
        dropped = true;
        putters.refuseAll(woken);
        getters.refuseAll(woken);
        endJoins(woken);
        gate.leave();
        woken.wake();
        List<T> items = new ArrayList<>();
        for (Store.Item<T> item = removed.poll(); item != null; item = removed.poll()) {
            items.add(item.value);
        }
        return items;
    }

    /**
     * Moves the limit. A higher one takes in the items of those that wait to put; a lower one keeps what is in the
     * queue and lets puts wait until there is room.
     *
     * @param capacity how many items the queue takes in before a put waits, at least 1
     * @throws IllegalArgumentException if {@code capacity} is less than 1
     */
    public void resize(int capacity) {
        atLeastOne(capacity);
        var admitted = new Chain();
        gate.enter();
        this.capacity = capacity;
        for (Place putter = admit(); putter != null; putter = admit()) {
            admitted.add(putter);
        }
        gate.leave();
        admitted.wake();
    }

    /**
     * {@return how many items are in the queue}
     */
    public int size() {
        gate.enter();
        int items = size;
        gate.leave();
        return items;
    }

    /**
     * {@return how many items were put and not yet marked as done}
     */
    public long unfinished() {
        gate.enter();
        long items = unfinished;
        gate.leave();
        return items;
    }

    /**
     * {@return whether the queue has been shut down}
     */
    public boolean isShutdown() {
        gate.enter();
        boolean down = shut;
        gate.leave();
        return down;
    }

    @Override
    public String toString() {
        gate.enter();
        int items = size;
        int limit = capacity;
        int getting = getters.size();
        int putting = putters.size();
        boolean down = shut;
        gate.leave();
        return "Queue[" + items + (limit == Integer.MAX_VALUE ? "" : " of " + limit) + " items, " + getting
                + " getting, " + putting + " putting" + (down ? ", shut down" : "") + "]";
    }
}
