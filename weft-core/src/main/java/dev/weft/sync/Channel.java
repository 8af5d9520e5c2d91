package dev.weft.sync;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.Waiter;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A stream of items from those who hold its sending end to those who hold its receiving end.
 *
 * <pre>{@code
 * var lines = Channel.<String>bounded(16);
 * group.spawn(() -> {
 *     try (var out = lines.sender()) {
 *         for (String line : read()) {
 *             out.send(line);                    // waits while 16 lines are on their way
 *         }
 *     }                                          // the receiver's loop ends
 * });
 * for (String line : lines.receiver()) {         // waits for the next line
 *     print(line);
 * }
 * }</pre>
 *
 * <p>Each item reaches one receiver. Who waits is served in the order of arrival. A send that throws has sent nothing;
 * a send whose item was taken in at the moment of a cancellation returns, and the cancellation is raised at the next
 * checkpoint. An item that was given to a receiver which is cancelled before it goes on is given to the next one, or
 * waits at the head for it.
 *
 * <h2>The end</h2>
 *
 * <table>
 * <caption>What those meet who come, or are waiting, once an end has been closed</caption>
 * <tr><th>closed</th><th>send</th><th>receive</th></tr>
 * <tr><td>the sending end</td><td>{@link ClosedException}</td><td>the items on their way, and then
 *     {@link EndOfChannelException}; or {@link BrokenException} if it was closed with a
 *   failure</td></tr>
 * <tr><td>the receiving end</td><td>{@link BrokenException}</td><td>{@link ClosedException}; items on their way are
 *     dropped</td></tr>
 * </table>
 *
 * <p>To close is idempotent, never waits and lasts. To wait for the first of several channels there is {@link Select}.
 *
 * <h2>Inside</h2>
 *
 * <p>Nobody waits to receive while there is an item or a sender in line, and nobody waits to send while there is room
 * or a receiver in line. {@code size} counts the items of the store; it exceeds {@code capacity} where an item came
 * back. {@link #offer} and {@link #take} are the two halves of a meeting: each settles a transfer at once, or says that
 * it has to wait.
 *
 * @param <T> the items
 */
public final class Channel<T> {
    private static final AtomicLong NUMBERS = new AtomicLong();

    final Gate gate = new Gate();

    /** The order in which a {@link Select} enters the gates of several channels. */
    final long number = NUMBERS.incrementAndGet();

    final Line<Transfer<T>> senders = new Line<>();
    final Line<Transfer<T>> receivers = new Line<>();
    private final int capacity;
    private final Sender<T> sender = new Sender<>(this);
    private final Receiver<T> receiver = new Receiver<>(this);
    private Store<T> store = new Store.Fifo<>();
    private int size;
    private boolean senderClosed;
    private boolean receiverClosed;
    private @Nullable Throwable failure;

    private Channel(int capacity) {
        this.capacity = capacity;
    }

    /**
     * {@return a new channel on which each send waits for its receive}
     *
     * @param <T> the items
     */
    public static <T> Channel<T> rendezvous() {
        return new Channel<>(0);
    }

    /**
     * Makes a channel on which a send waits only while so many items are on their way.
     *
     * @param capacity how many, at least 1
     * @param <T> the items
     * @return the channel
     * @throws IllegalArgumentException if {@code capacity} is less than 1
     */
    public static <T> Channel<T> bounded(int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a bounded channel needs a capacity of at least 1, and was given "
                    + capacity + "; use Channel.rendezvous() for one on which each send waits for its receive");
        }
        return new Channel<>(capacity);
    }

    /**
     * {@return the sending end, always the same one}
     */
    public Sender<T> sender() {
        return sender;
    }

    /**
     * {@return the receiving end, always the same one}
     */
    public Receiver<T> receiver() {
        return receiver;
    }

    /**
     * The end that items go in. It may be used by any number of coroutines and threads, and is closed once for all of
     * them.
     *
     * @param <T> the items
     */
    public static final class Sender<T> implements AutoCloseable {
        final Channel<T> channel;

        private Sender(Channel<T> channel) {
            this.channel = channel;
        }

        /**
         * Sends an item, and waits while there is no room for it, or no receiver on a {@linkplain Channel#rendezvous
         * rendezvous} channel.
         *
         * @param item the item
         * @throws Cancelled if the calling task is cancelled, or the thread interrupted; the item has not been sent
         *     then
         * @throws ClosedException if this end is closed, before or meanwhile; the item has not been sent then
         * @throws BrokenException if the receiving end is closed, before or meanwhile; the item has not been sent
         *     then. Its cause is the failure that it was closed with
         */
        public void send(T item) {
            channel.send(item);
        }

        /**
         * Sends an item if there is room for it, or a receiver that waits; never waits.
         *
         * @param item the item
         * @return whether it was sent
         * @throws ClosedException if this end is closed
         * @throws BrokenException if the receiving end is closed
         */
        public boolean trySend(T item) {
            return channel.trySend(item);
        }

        /** Says that there will be no more items. Those on their way can still be received. */
        @Override
        public void close() {
            channel.closeSender(null);
        }

        /**
         * Says that there will be no more items because of a failure, which receivers get as the cause of a
         * {@link BrokenException} after the items on their way.
         *
         * @param failure the failure
         */
        public void close(Throwable failure) {
            channel.closeSender(requireNonNull(failure, "failure"));
        }

        @Override
        public String toString() {
            return "sender of " + channel;
        }
    }

    /**
     * The end that items come out of. It may be used by any number of coroutines and threads, and is closed once for
     * all of them.
     *
     * @param <T> the items
     */
    public static final class Receiver<T> implements Iterable<T>, AutoCloseable {
        final Channel<T> channel;

        private Receiver(Channel<T> channel) {
            this.channel = channel;
        }

        /**
         * Receives the next item, and waits for one if there is none.
         *
         * @return the item
         * @throws Cancelled if the calling task is cancelled, or the thread interrupted; no item has been received then
         * @throws EndOfChannelException if the sending end is closed, before or meanwhile, and all items have been
         *     received
         * @throws BrokenException as for the end, if the sending end was closed with a failure, which is the cause
         * @throws ClosedException if this end is closed, before or meanwhile
         */
        public T receive() {
            return channel.receive();
        }

        /**
         * Receives the next item if there is one, or a sender that waits; never waits.
         *
         * @return the item, or null if there is none now
         * @throws EndOfChannelException as for {@link #receive}
         * @throws BrokenException as for {@link #receive}
         * @throws ClosedException as for {@link #receive}
         */
        public @Nullable T tryReceive() {
            return channel.tryReceive();
        }

        /**
         * Returns an iterator that receives: {@code hasNext} waits for the next item and is false at the end of the
         * channel. It throws what {@link #receive} throws but for {@link EndOfChannelException}. An iterator is for one
         * caller at a time; several may share the channel.
         *
         * @return the iterator
         */
        @Override
        public Iterator<T> iterator() {
            return new Items<>(this);
        }

        /** Says that no more items are wanted. Those on their way are dropped. */
        @Override
        public void close() {
            channel.closeReceiver(null);
        }

        /**
         * Says that no more items are wanted because of a failure, which senders get as the cause of a
         * {@link BrokenException}.
         *
         * @param failure the failure
         */
        public void close(Throwable failure) {
            channel.closeReceiver(requireNonNull(failure, "failure"));
        }

        @Override
        public String toString() {
            return "receiver of " + channel;
        }
    }

    private static final class Items<T> implements Iterator<T> {
        private final Receiver<T> receiver;
        private @Nullable T next;

        Items(Receiver<T> receiver) {
            this.receiver = receiver;
        }

        @Override
        public boolean hasNext() {
            if (next == null) {
                try {
                    next = receiver.receive();
                } catch (EndOfChannelException _) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the channel has ended; ask hasNext() first");
            }
            T item = requireNonNull(next);
            next = null;
            return item;
        }
    }

    // ---- sending

    private void send(T item) {
        Store.Item<T> node = item(item);
        Waiter self = Waiter.current();
        self.checkpoint();
        var transfer = new Transfer<>(self, node, null);
        gate.enter();
        boolean settled = offer(transfer);
        if (!settled) {
            senders.add(transfer);
        }
        gate.leave();
        if (settled) {
            Place.wake(transfer.partner);
        } else {
            awaitSend(transfer);
        }
        finishSend(transfer);
    }

    private void awaitSend(Transfer<T> transfer) {
        try {
            transfer.awaitUnlessServed(this);
        } catch (Throwable e) {
            gate.enter();
            boolean withdrawn = senders.remove(transfer);
            gate.leave();
            if (withdrawn || !(e instanceof Cancelled)) {
                throw e;
            }
        }
    }

    private boolean trySend(T item) {
        var transfer = new Transfer<>(Waiter.current(), item(item), null);
        gate.enter();
        boolean settled = offer(transfer);
        gate.leave();
        if (settled) {
            Place.wake(transfer.partner);
            finishSend(transfer);
        }
        return settled;
    }

    /** Makes the node of an item; outside of the gate. */
    Store.Item<T> item(T item) {
        return new Store.Item<>(
                requireNonNull(item, "a channel carries no null: tryReceive says by it that there is no item"));
    }

    /** Sends or refuses at once if that can be; under the gate. */
    boolean offer(Transfer<T> transfer) {
        if (senderClosed) {
            transfer.refuse(Transfer.Refusal.OWN_END);
            return true;
        }
        if (receiverClosed) {
            transfer.refuse(Transfer.Refusal.OTHER_END);
            return true;
        }
        Store.Item<T> item = requireNonNull(transfer.item);
        Transfer<T> waiting = receivers.poll();
        if (waiting != null) {
            waiting.item = item;
            waiting.serve();
            transfer.partner = waiting;
        } else if (size < capacity) {
            store.add(item);
            size++;
        } else {
            return false;
        }
        transfer.serve();
        return true;
    }

    /** Throws if a send was refused; outside of the gate. */
    void finishSend(Transfer<T> transfer) {
        if (transfer.refusal == Transfer.Refusal.OWN_END) {
            throw new ClosedException(
                    "the sending end of the channel is closed and sends no more items; send before close");
        }
        if (transfer.refusal == Transfer.Refusal.OTHER_END) {
            throw new BrokenException(
                    "the receiving end of the channel is closed" + becauseOf() + "; nobody will receive this item",
                    failure);
        }
    }

    private String becauseOf() {
        return failure == null ? "" : " because of " + failure;
    }

    // ---- receiving

    private T receive() {
        Waiter self = Waiter.current();
        self.checkpoint();
        var transfer = new Transfer<T>(self, null, null);
        gate.enter();
        boolean settled = take(transfer);
        if (!settled) {
            receivers.add(transfer);
        }
        gate.leave();
        if (settled) {
            Place.wake(transfer.partner);
        } else {
            awaitReceive(transfer);
        }
        return finishReceive(transfer);
    }

    private void awaitReceive(Transfer<T> transfer) {
        try {
            transfer.await(this);
        } catch (Throwable e) {
            Place next = null;
            gate.enter();
            boolean keeps = !receivers.remove(transfer) && keeps(transfer, e);
            if (!keeps) {
                next = giveBack(transfer);
            }
            gate.leave();
            Place.wake(next);
            if (!keeps) {
                throw e;
            }
        }
    }

    /**
     * Tells whether a cancelled receiver keeps its item, since this end has been closed and nobody is left to pass it
     * on to; under the gate.
     */
    boolean keeps(Transfer<T> transfer, Throwable why) {
        return transfer.item != null && receiverClosed && why instanceof Cancelled;
    }

    /**
     * Passes the item of a cancelled receiver, if it has one, on to the next, or back to the head; under the gate.
     * Returns whom to wake.
     */
    @Nullable
    Place giveBack(Transfer<T> transfer) {
        Store.Item<T> item = transfer.item;
        if (item == null || receiverClosed) {
            return null;
        }
        Transfer<T> next = receivers.poll();
        if (next == null) {
            store.restore(item);
            size++;
        } else {
            next.item = item;
            next.serve();
        }
        return next;
    }

    private @Nullable T tryReceive() {
        var transfer = new Transfer<T>(Waiter.current(), null, null);
        gate.enter();
        boolean settled = take(transfer);
        gate.leave();
        if (!settled) {
            return null;
        }
        Place.wake(transfer.partner);
        return finishReceive(transfer);
    }

    /** Receives or refuses at once if that can be; under the gate. */
    boolean take(Transfer<T> transfer) {
        if (receiverClosed) {
            transfer.refuse(Transfer.Refusal.OWN_END);
            return true;
        }
        Store.Item<T> item = store.poll();
        if (item != null) {
            size--;
            Transfer<T> waiting = size < capacity ? senders.poll() : null;
            if (waiting != null) {
                store.add(requireNonNull(waiting.item));
                size++;
                waiting.serve();
                transfer.partner = waiting;
            }
        } else {
            Transfer<T> waiting = senders.poll();
            if (waiting != null) {
                item = waiting.item;
                waiting.serve();
                transfer.partner = waiting;
            }
        }
        if (item != null) {
            transfer.item = item;
            transfer.serve();
            return true;
        }
        if (senderClosed) {
            transfer.refuse(endOfSender());
            return true;
        }
        return false;
    }

    private Transfer.Refusal endOfSender() {
        return failure == null ? Transfer.Refusal.END : Transfer.Refusal.OTHER_END;
    }

    /** Returns what was received, or throws if it was refused; outside of the gate. */
    T finishReceive(Transfer<T> transfer) {
        Transfer.Refusal refusal = transfer.refusal;
        if (refusal != null) {
            throw switch (refusal) {
                case END ->
                    new EndOfChannelException(
                            "the channel has ended: its sending end is closed and all items were received; loop over the receiver to stop at the end");
                case OTHER_END ->
                    new BrokenException("the sending end of the channel was closed" + becauseOf(), failure);
                case OWN_END ->
                    new ClosedException(
                            "the receiving end of the channel is closed and receives no more items; receive before close");
            };
        }
        return requireNonNull(transfer.item).value;
    }

    // ---- closing

    private void closeSender(@Nullable Throwable why) {
        var refused = new Chain();
        gate.enter();
        if (!senderClosed) {
            senderClosed = true;
            if (!receiverClosed) {
                failure = why;
            }
            refuse(senders, Transfer.Refusal.OWN_END, refused);
            refuse(receivers, endOfSender(), refused);
        }
        gate.leave();
        refused.wake();
    }

    private void closeReceiver(@Nullable Throwable why) {
        Store<T> empty = new Store.Fifo<>();
        var refused = new Chain();
        gate.enter();
        if (!receiverClosed) {
            receiverClosed = true;
            if (!senderClosed) {
                failure = why;
            }
            store = empty;
            size = 0;
            refuse(senders, Transfer.Refusal.OTHER_END, refused);
            refuse(receivers, Transfer.Refusal.OWN_END, refused);
        }
        gate.leave();
        refused.wake();
    }

    private void refuse(Line<Transfer<T>> line, Transfer.Refusal why, Chain refused) {
        for (Transfer<T> waiting = line.poll(); waiting != null; waiting = line.poll()) {
            waiting.refuse(why);
            refused.add(waiting);
        }
    }

    @Override
    public String toString() {
        gate.enter();
        int items = size;
        int sending = senders.size();
        int receiving = receivers.size();
        String closed = senderClosed && receiverClosed
                ? ", closed"
                : senderClosed ? ", sending end closed" : receiverClosed ? ", receiving end closed" : "";
        gate.leave();
        return "Channel[" + items + " of " + capacity + " items, " + sending + " sending, " + receiving + " receiving"
                + closed + "]";
    }
}
