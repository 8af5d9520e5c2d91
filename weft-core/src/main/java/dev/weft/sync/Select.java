package dev.weft.sync;

import static java.util.Objects.requireNonNull;

import dev.weft.Cancelled;
import dev.weft.loop.kernel.Waiter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A wait for the first of several sends and receives that can be made; exactly that one is made.
 *
 * <pre>{@code
 * var select = new Select<String>()
 *         .onReceive(orders, order -> "order " + order)
 *         .onReceive(cancellations, number -> "cancelled " + number)
 *         .onSend(heartbeats, Beat.NOW, () -> "alive");
 * String what = select.await();
 * }</pre>
 *
 * <p>If several can be made at once, the one that was named first is. While none can, the select stands in line for
 * each of them as any other sender or receiver does. A channel whose sending end has been closed counts as one that
 * never has an item again; {@link #await} throws {@link EndOfChannelException} once that is so for all, and nothing is
 * to be sent.
 *
 * <p>A select may be awaited again and again, by one coroutine or thread at a time.
 *
 * <h2>Inside</h2>
 *
 * <p>The gates of all channels are entered in the order of the channels' numbers, so that two selects cannot wait for
 * each other. Inside, the first transfer that can be made is made; if there is none, all go into their lines. From then
 * on {@link Selection} decides which one is made, and the others are taken out of their lines by the waiter.
 *
 * @param <R> what the clauses return
 */
public final class Select<R extends @Nullable Object> {
    /** One send or receive to be made; stateless. */
    private abstract static class Clause<T, R extends @Nullable Object> {
        final Channel<T> channel;

        Clause(Channel<T> channel) {
            this.channel = channel;
        }

        /** Starts it for one wait. */
        abstract Attempt<T, R> attempt(Waiter waiter, Selection selection);
    }

    /** A clause in one wait. */
    private abstract static class Attempt<T, R extends @Nullable Object> {
        final Channel<T> channel;
        final Transfer<T> transfer;

        Attempt(Channel<T> channel, Transfer<T> transfer) {
            this.channel = channel;
            this.transfer = transfer;
        }

        /** Makes the transfer at once if that can be; under the gate. */
        abstract boolean settle();

        abstract Line<Transfer<T>> line();

        /** Whether a transfer that was made can be undone. */
        abstract boolean canBeUndone();

        /**
         * Undoes the transfer, if there was one and that can be, because of a cancellation; outside of the gate. False
         * if it stands.
         */
        abstract boolean undo(Throwable why);

        /** Throws if it was refused, or else calls the function of the user. */
        abstract R finish();

        final boolean ended() {
            return transfer.refusal == Transfer.Refusal.END;
        }
    }

    private static final class Receive<T, R extends @Nullable Object> extends Clause<T, R> {
        private final Function<? super T, ? extends R> action;

        Receive(Channel<T> channel, Function<? super T, ? extends R> action) {
            super(channel);
            this.action = action;
        }

        @Override
        Attempt<T, R> attempt(Waiter waiter, Selection selection) {
            return new Attempt<>(channel, new Transfer<>(waiter, null, selection)) {
                @Override
                boolean settle() {
                    return channel.take(transfer);
                }

                @Override
                Line<Transfer<T>> line() {
                    return channel.receivers;
                }

                @Override
                boolean canBeUndone() {
                    return true;
                }

                @Override
                boolean undo(Throwable why) {
                    channel.gate.enter();
                    boolean keeps = channel.keeps(transfer, why);
                    Place next = keeps ? null : channel.giveBack(transfer);
                    channel.gate.leave();
                    Place.wake(next);
                    return !keeps;
                }

                @Override
                R finish() {
                    return action.apply(channel.finishReceive(transfer));
                }
            };
        }
    }

    private static final class Send<T, R extends @Nullable Object> extends Clause<T, R> {
        private final T item;
        private final Supplier<? extends R> action;

        Send(Channel<T> channel, T item, Supplier<? extends R> action) {
            super(channel);
            this.item = item;
            this.action = action;
        }

        @Override
        Attempt<T, R> attempt(Waiter waiter, Selection selection) {
            return new Attempt<>(channel, new Transfer<>(waiter, channel.item(item), selection)) {
                @Override
                boolean settle() {
                    return channel.offer(transfer);
                }

                @Override
                Line<Transfer<T>> line() {
                    return channel.senders;
                }

                @Override
                boolean canBeUndone() {
                    return false;
                }

                @Override
                boolean undo(Throwable why) {
                    return transfer.refused() || !(why instanceof Cancelled);
                }

                @Override
                R finish() {
                    channel.finishSend(transfer);
                    return action.get();
                }
            };
        }
    }

    private final List<Clause<?, R>> clauses = new ArrayList<>();

    /** Makes a select without clauses. */
    public Select() {}

    /**
     * Adds a receive.
     *
     * @param receiver where to receive from
     * @param action receives the item if this clause is the one, in the caller of {@link #await}; what it returns
     *     or throws is the result
     * @param <T> the item
     * @return this select
     */
    public <T> Select<R> onReceive(Channel.Receiver<T> receiver, Function<? super T, ? extends R> action) {
        clauses.add(new Receive<>(receiver.channel, requireNonNull(action, "action")));
        return this;
    }

    /**
     * Adds a send.
     *
     * @param sender where to send
     * @param item the item; each {@link #await} that makes this clause sends it once
     * @param action called after the item was sent if this clause is the one, in the caller of {@link #await}; what
     *     it returns or throws is the result
     * @param <T> the item
     * @return this select
     */
    public <T> Select<R> onSend(Channel.Sender<T> sender, T item, Supplier<? extends R> action) {
        clauses.add(new Send<>(sender.channel, requireNonNull(item, "item"), requireNonNull(action, "action")));
        return this;
    }

    /**
     * Makes the first send or receive that can be made, and waits until there is one.
     *
     * @return what the action of its clause returns
     * @throws Cancelled if the calling task is cancelled, or the thread interrupted; nothing has been sent or
     *     received then
     * @throws EndOfChannelException if all channels to receive from have ended and there is no send
     * @throws ClosedException if an end that this select uses is closed, before or meanwhile
     * @throws BrokenException if the receiving end of a channel to send to is closed, before or meanwhile, or the
     *     sending end of one to receive from was closed with a failure
     * @throws IllegalStateException if there are no clauses
     */
    public R await() {
        if (clauses.isEmpty()) {
            throw new IllegalStateException(
                    "a select without clauses would wait for ever; add some by onReceive and onSend");
        }
        Waiter self = Waiter.current();
        self.checkpoint();
        List<Clause<?, R>> live = clauses;
        while (true) {
            var selection = new Selection(self);
            List<Attempt<?, R>> attempts = new ArrayList<>(live.size());
            for (Clause<?, R> clause : live) {
                attempts.add(clause.attempt(self, selection));
            }
            Attempt<?, R> made = start(attempts);
            if (made == null) {
                made = await(attempts, selection);
            }
            if (!made.ended()) {
                return made.finish();
            }
            if (live.size() == 1) {
                return made.finish(); // which throws: this was the last
            }
            live = new ArrayList<>(live);
            live.remove(attempts.indexOf(made));
        }
    }

    /** Makes the first transfer that can be made, or puts all in line; null in the latter case. */
    private static <R extends @Nullable Object> @Nullable Attempt<?, R> start(List<Attempt<?, R>> attempts) {
        List<Channel<?>> channels = new ArrayList<>(attempts.size());
        for (Attempt<?, R> attempt : attempts) {
            if (!channels.contains(attempt.channel)) {
                channels.add(attempt.channel);
            }
        }
        channels.sort(Comparator.comparingLong(channel -> channel.number));
        Attempt<?, R> made = null;
        for (Channel<?> channel : channels) {
            channel.gate.enter();
        }
        for (int i = 0; made == null && i < attempts.size(); i++) {
            if (attempts.get(i).settle()) {
                made = attempts.get(i);
            }
        }
        for (int i = 0; made == null && i < attempts.size(); i++) {
            enqueue(attempts.get(i));
        }
        for (int i = channels.size() - 1; i >= 0; i--) {
            channels.get(i).gate.leave();
        }
        if (made != null) {
            Place.wake(made.transfer.partner);
        }
        return made;
    }

    private static <T> void enqueue(Attempt<T, ?> attempt) {
        attempt.line().add(attempt.transfer);
    }

    /** Waits until somebody makes or refuses one of the transfers in line. */
    private Attempt<?, R> await(List<Attempt<?, R>> attempts, Selection selection) {
        try {
            selection.awaitUnlessServed(this);
        } catch (Throwable e) {
            boolean abandoned = selection.abandon();
            withdraw(attempts);
            if (abandoned) {
                throw e;
            }
            Attempt<?, R> made = chosen(attempts, selection);
            if (made.undo(e)) {
                throw e;
            }
            return made;
        }
        withdraw(attempts);
        Attempt<?, R> made = chosen(attempts, selection);
        if (made.canBeUndone()) {
            try {
                selection.waiter.checkpoint();
            } catch (Throwable e) {
                if (made.undo(e)) {
                    throw e;
                }
            }
        }
        return made;
    }

    /**
     * Takes all transfers out of their lines; whoever was about to make one has done so when this returns, since it
     * held the gate.
     */
    private static <R extends @Nullable Object> void withdraw(List<Attempt<?, R>> attempts) {
        for (Attempt<?, R> attempt : attempts) {
            attempt.channel.gate.enter();
            remove(attempt);
            attempt.channel.gate.leave();
        }
    }

    private static <T> void remove(Attempt<T, ?> attempt) {
        attempt.line().remove(attempt.transfer);
    }

    private static <R extends @Nullable Object> Attempt<?, R> chosen(
            List<Attempt<?, R>> attempts, Selection selection) {
        for (Attempt<?, R> attempt : attempts) {
            if (selection.isChosen(attempt.transfer)) {
                return attempt;
            }
        }
        throw new AssertionError("a select was woken, and none of its " + attempts.size() + " clauses was chosen");
    }

    @Override
    public String toString() {
        return "Select[" + clauses.size() + " clauses]";
    }
}
