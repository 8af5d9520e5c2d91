package dev.weft.sync;

import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one thing, in the order of their arrival. Guarded by the {@link Gate} of the primitive: every
 * method is called inside it.
 *
 * @param <P> the kind of place
 */
final class Line<P extends Place> {
    private @Nullable P first;
    private @Nullable P last;
    private int size;

    boolean isEmpty() {
        return first == null;
    }

    int size() {
        return size;
    }

    void add(P place) {
        P before = last;
        place.previous = before;
        place.line = this;
        if (before == null) {
            first = place;
        } else {
            before.next = place;
        }
        last = place;
        size++;
    }

    /** Takes a place out that gives up; false if it has been taken out already, and hence served or refused. */
    @SuppressWarnings("unchecked") // the neighbours of a place of this line are of this line
    boolean remove(P place) {
        if (place.line != this) {
            return false;
        }
        P before = (P) place.previous;
        P after = (P) place.next;
        if (before == null) {
            first = after;
        } else {
            before.next = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previous = before;
        }
        place.previous = null;
        place.next = null;
        place.line = null;
        size--;
        return true;
    }

    /** Takes out the first place that can still be served, or null. */
    @Nullable
    P poll() {
        for (P place = first; place != null; place = first) {
            remove(place);
            if (place.claim()) {
                return place;
            }
        }
        return null;
    }

    /** Takes out all places and marks them as served. */
    void serveAll(Chain served) {
        for (P place = poll(); place != null; place = poll()) {
            place.serve();
            served.add(place);
        }
    }

    /** Takes out all places and marks them as refused. */
    void refuseAll(Chain refused) {
        for (P place = poll(); place != null; place = poll()) {
            place.refuse();
            refused.add(place);
        }
    }
}
