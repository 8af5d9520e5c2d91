package dev.weft.loop.kernel;

/** A timer that the pump itself serves when it is due: it must be short, take no lock and run no code of users. */
interface DueAction {
    /** Called by the pump. */
    void due();
}
