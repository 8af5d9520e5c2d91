package dev.weft.loop.kernel;

import java.util.Arrays;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * The order in which a loop under a {@link LoopControl} runs what is ready, where the control chooses.
 *
 * <p>What the control chooses from are parties, each of which stands for the same task throughout the run. Callbacks
 * have one party together, since they run in the order in which they were asked for, whoever chooses. Loop thread only.
 */
final class ChosenOrder {
    private final LoopCore loop;

    /** What stands for all callbacks. */
    private final Object callbacks = new Object();

    /** What the control chooses from, and where each stands in the ready queue. */
    private @Nullable Object[] parties = new @Nullable Object[0];

    private int[] places = new int[0];

    /** How many entries at the head of the ready queue keep their order, whoever chooses. */
    private int fixed;

    ChosenOrder(LoopCore loop) {
        this.loop = loop;
    }

    /** So many entries more have been put first, and keep their order. */
    void keepFirst(int entries) {
        fixed += entries;
    }

    /** One entry less is at the head that keeps its place. */
    void firstTaken() {
        fixed = Math.max(0, fixed - 1);
    }

    /** Takes the entry out of the ready queue that the control wants to run next. */
    @Nullable
    Object take(LoopControl steering) {
        steering.steps++;
        loop.awaitMonitors(steering);
        int size = loop.ready.size();
        if (size == 0 || fixed > 0 || !steering.chooses()) {
            firstTaken();
            return loop.ready.poll();
        }
        if (parties.length < size) {
            parties = new @Nullable Object[2 * size];
            places = new int[2 * size];
        }
        int count = 0;
        int place = 0;
        boolean callbackSeen = false;
        for (Object entry : loop.ready) {
            Object party = party(entry);
            if (party != callbacks || !callbackSeen) {
                callbackSeen |= party == callbacks;
                parties[count] = party;
                places[count++] = place;
            }
            place++;
        }
        place = places[steering.choose(parties, count)];
        Arrays.fill(parties, 0, count, null);
        return remove(place);
    }

    private @Nullable Object remove(int place) {
        if (place == 0) {
            return loop.ready.poll();
        }
        Iterator<Object> entries = loop.ready.iterator();
        Object entry = entries.next();
        for (int i = 0; i < place; i++) {
            entry = entries.next();
        }
        entries.remove();
        return entry;
    }

    /** Whom an entry of the ready queue is about: its task, or what stands for it where there is none. */
    private Object party(Object entry) {
        return switch (entry) {
            case Strand strand -> strand.party();
            case LoopTask<?> task -> task;
            case Fresh _ -> callbacks;
            case Runnable continuation -> {
                Strand strand = loop.strandOf(continuation);
                yield strand == null ? continuation : strand.party();
            }
            default -> entry;
        };
    }
}
