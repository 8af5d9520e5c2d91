package dev.weft.sync;

import dev.weft.loop.kernel.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * One send or receive on its way: the place of who waits, with the item to send or the one received.
 *
 * <p>A transfer of a {@link Select} is one of several, of which one at most is made: whoever is about to serve or
 * refuse it must {@linkplain #claim claim} it first.
 *
 * @param <T> the item
 */
final class Transfer<T> extends Place {
    /** Why a transfer was refused. */
    enum Refusal {
        /** The end that this transfer was started at has been closed. */
        OWN_END,
        /** The other end has been closed, and for a receive with a failure. */
        OTHER_END,
        /** There is nothing more to receive. */
        END
    }

    Store.@Nullable Item<T> item;

    /** Why this was refused; written before it was. */
    @Nullable
    Refusal refusal;

    /** Who was served at the same time, and is to be woken by whoever started this transfer. */
    @Nullable
    Place partner;

    private final @Nullable Selection selection;

    Transfer(Waiter waiter, Store.@Nullable Item<T> item, @Nullable Selection selection) {
        super(waiter);
        this.item = item;
        this.selection = selection;
    }

    @Override
    boolean claim() {
        return selection == null || selection.choose(this);
    }

    void refuse(Refusal why) {
        refusal = why;
        refuse();
    }
}
