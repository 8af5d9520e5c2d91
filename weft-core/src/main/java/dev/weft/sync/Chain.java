package dev.weft.sync;

import org.jspecify.annotations.Nullable;

/**
 * Places that were served or refused together, to be woken in this order. Filled inside the gate by one thread, which
 * wakes them afterwards.
 */
final class Chain {
    private @Nullable Place first;
    private @Nullable Place last;

    void add(Place place) {
        if (last == null) {
            first = place;
        } else {
            last.next = place;
        }
        last = place;
    }

    /** Wakes all; outside of the gate. */
    void wake() {
        for (Place place = first; place != null; place = place.next) {
            Place.wake(place);
        }
    }
}
