package dev.weft.sync;

import dev.weft.loop.kernel.Waiter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The wait of one {@link Select}: a place in no line, which is over when one of its transfers is.
 *
 * <p>{@code chosen} goes from null to the transfer that is made, or to this selection itself where the waiter has given
 * up, by compare-and-set: the transfers are in lines of different gates. Who has chosen a transfer serves or refuses it
 * under the gate that it holds.
 */
final class Selection extends Place {
    private static final VarHandle CHOSEN;

    static {
        try {
            CHOSEN = MethodHandles.lookup().findVarHandle(Selection.class, "chosen", Place.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile @Nullable Place chosen;

    Selection(Waiter waiter) {
        super(waiter);
    }

    /** Chooses a transfer; false if another was chosen, or the waiter has given up. */
    boolean choose(Transfer<?> transfer) {
        return CHOSEN.compareAndSet(this, null, transfer);
    }

    /** Gives up; false if a transfer was chosen. */
    boolean abandon() {
        return CHOSEN.compareAndSet(this, null, this);
    }

    boolean isChosen(Transfer<?> transfer) {
        return chosen == transfer;
    }

    @Override
    boolean waiting() {
        Place transfer = chosen;
        return transfer == null || (transfer != this && transfer.waiting());
    }
}
